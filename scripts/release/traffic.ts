import * as z from "zod";
import { ApiRefusal } from "../../infra/cloudflare-http.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";

/** A version of the script and its percent of the traffic. */
export type Share = { versionId: string; percentage: number };
/** Which versions have the traffic now. */
export type Deployment = { id: string; shares: Share[]; message: string };

/** The traffic of one script. */
export type Traffic = {
  /** Undefined when the script does not exist. */
  current(): Promise<Deployment | undefined>;
  /** The last deployments, newest first: the first one serves. Empty when the script does not exist. */
  recent(): Promise<Deployment[]>;
  /**
   * Objects are given out along the list: a share that grows keeps the objects that it had.
   *
   * @param message who does it and why, for whoever finds it.
   */
  give(shares: readonly Share[], message: string): Promise<Deployment>;
};

/** What Cloudflare keeps of a message. */
const LONGEST_MESSAGE = 1000;
const MESSAGE = "workers/message";

const ApiDeployment = z
  .object({
    id: z.string(),
    versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
    annotations: z.record(z.string(), z.string().nullish()).nullish(),
  })
  .transform(
    ({ id, versions, annotations }): Deployment => ({
      id,
      shares: versions.map(({ version_id, percentage }) => ({ versionId: version_id, percentage })),
      message: annotations?.[MESSAGE] ?? "",
    }),
  );
/** The first one serves. */
const Deployments = z.object({ deployments: z.array(ApiDeployment) });

/** @see https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/ */
export function trafficOf(api: CloudflareApi, scriptName: string): Traffic {
  const place = `/accounts/${api.accountId}/workers/scripts/${scriptName}/deployments`;
  const recent = async (): Promise<Deployment[]> => {
    try {
      return (await api.get(place, Deployments)).deployments;
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return [];
      throw error;
    }
  };
  return {
    recent,
    current: async () => (await recent())[0],
    give: (shares, message) =>
      api.send(
        "POST",
        place,
        {
          strategy: "percentage",
          versions: shares.map(({ versionId, percentage }) => ({ version_id: versionId, percentage })),
          annotations: { [MESSAGE]: message.slice(0, LONGEST_MESSAGE) },
        },
        ApiDeployment,
      ),
  };
}
