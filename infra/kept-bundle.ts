/**
 * The code of earlier releases. The account keeps it: Cloudflare holds the newest 100 versions of a script, and each has
 * its sha-256 in the binding `VERSION`. So teammates and pipelines can roll back with nothing but the token.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { ApiRefusal, type CloudflareHttp, cloudflareHttp, PUBLIC_API } from "./cloudflare-http.ts";
import { shortVersion } from "./plan/releases.ts";

/** Downloaded once a machine; may be deleted at any time. */
const FOLDER = fileURLToPath(new URL("../.build/releases", import.meta.url));
/** The binding that carries a version's sha-256, see `worker/bindings.ts`. */
const VERSION_BINDING = "VERSION";

/** How many versions of a script Cloudflare keeps to go back to. */
const KEPT_VERSIONS = 100;

const Versions = z.object({ items: z.array(z.object({ id: z.string() })) });
const VersionDetails = z.object({
  resources: z.object({
    bindings: z.array(z.looseObject({ name: z.string(), text: z.string().optional() })),
  }),
});
const VersionModules = z.object({ modules: z.array(z.object({ content_base64: z.string() })) });

export interface ScriptPlace {
  readonly accountId: string;
  readonly scriptName: string;
}

/** Which bundle a version of the account runs; undefined when it is none of ours. */
export async function bundleOfVersion(
  http: CloudflareHttp,
  { accountId, scriptName }: ScriptPlace,
  versionId: string,
): Promise<string | undefined> {
  const place = `/accounts/${accountId}/workers/scripts/${scriptName}/versions/${versionId}`;
  const { resources } = await http.get(place, VersionDetails);
  return resources.bindings.find(({ name }) => name === VERSION_BINDING)?.text;
}

/**
 * The bundle of an earlier release, from this machine or from the account.
 *
 * @throws when the account does not keep it any more, or gives other bytes than the sha-256 says.
 */
export async function keptBundle(http: CloudflareHttp, place: ScriptPlace, version: string): Promise<string> {
  const file = path.join(FOLDER, `${version}.mjs`);
  if (existsSync(file)) {
    const text = readFileSync(file, "utf8");
    if (sha256(text) === version) return text;
  }
  const text = await download(http, place, version);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
  return text;
}

async function download(http: CloudflareHttp, place: ScriptPlace, version: string): Promise<string> {
  const workers = `/accounts/${place.accountId}/workers`;
  const { items } = await http.get(
    `${workers}/scripts/${place.scriptName}/versions?per_page=${KEPT_VERSIONS}`,
    Versions,
  );
  for (const { id } of items) {
    if ((await bundleOfVersion(http, place, id).catch(whenGone)) !== version) continue;
    // https://developers.cloudflare.com/api/resources/workers/subresources/beta/subresources/workers/subresources/versions/methods/get/
    const { modules } = await http.get(
      `${workers}/workers/${place.scriptName}/versions/${id}?include=modules`,
      VersionModules,
    );
    for (const { content_base64 } of modules) {
      const text = Buffer.from(content_base64, "base64").toString("utf8");
      if (sha256(text) === version) return text;
    }
  }
  throw new Error(
    `Account ${place.accountId} keeps no version of script ${place.scriptName} with the bundle ${shortVersion(version)} any more ` +
      `(looked at ${items.length} versions). Check out the commit it was built from and deploy that: npm run up.`,
  );
}

/** A version that was pruned between the list and this question. */
function whenGone(error: unknown): undefined {
  if (error instanceof ApiRefusal && error.status === 404) return undefined;
  throw error;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The API as the stack's provider reaches it, for the program. */
export function providersHttp(): CloudflareHttp {
  const config = new pulumi.Config("cloudflare");
  const apiUrl = config.get("baseUrl") ?? process.env.CLOUDFLARE_BASE_URL ?? PUBLIC_API;
  const apiToken = config.get("apiToken") ?? process.env.CLOUDFLARE_API_TOKEN ?? "";
  return cloudflareHttp({ apiUrl: apiUrl.replace(/\/$/, ""), apiToken });
}
