/** What the program reads: the account as it is, and what this stack's last finished `up` recorded. */
import { getWorkersScripts, getWorkersScriptsOutput } from "@pulumi/cloudflare/getWorkersScripts.js";
import { type GetZoneArgs, getZone } from "@pulumi/cloudflare/getZone.js";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { COMPONENT_TYPE } from "./components/edge-chat.ts";
import type { Flat } from "./plan/changes.ts";
import type { LastDeployment, LiveScript } from "./plan/migrations.ts";
import type { ScriptPlace, StackMemory } from "./plan/ownership.ts";
import { RECORD_OUTPUT, type ReleaseRecord } from "./plan/releases.ts";
import type { Zone, ZonesToFind } from "./plan/routes.ts";

/** The provider's list, as far as it is read. An absent tag may come as an empty text. */
const Scripts = z.array(
  z.object({
    id: z.string(),
    migrationTag: z.string().nullish(),
    etag: z.string().nullish(),
    modifiedOn: z.string().nullish(),
  }),
);

const text = (value: string | null | undefined): string | undefined => value || undefined;

function findScript(results: unknown, scriptName: string): LiveScript | undefined {
  const script = Scripts.parse(results ?? []).find(({ id }) => id === scriptName);
  return (
    script && { tag: text(script.migrationTag), etag: text(script.etag), modifiedOn: text(script.modifiedOn) }
  );
}

/** The provider's own words around the API's answer. */
const PROVIDER_WORDS = /^invocation of \S+ returned an error: (failed to make http request: )?/;

/** An answer of the API as one line. */
const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(PROVIDER_WORDS, "").split("\n")[0] ?? "";

/**
 * The script as the account has it now; undefined when there is none of that name.
 * @throws RunError with the API's answer, and what to look at
 */
export async function readLiveScript(accountId: string, scriptName: string): Promise<LiveScript | undefined> {
  try {
    return findScript((await getWorkersScripts({ accountId })).results, scriptName);
  } catch (error) {
    throw new pulumi.RunError(
      `The scripts of account ${accountId} cannot be read: ${reason(error)}\n` +
        `  Check accountId, and the token's rights (Workers Scripts, Workers KV Storage, Workers Routes: Edit): ` +
        `npm run pulumi -- config set --secret cloudflare:apiToken --stack ${pulumi.getStack()}`,
    );
  }
}

/** The script at the end of this run, read after everything that could touch it. Unknown while it is only planned. */
export const liveScriptAfter = (
  accountId: string,
  scriptName: string,
  all: pulumi.Resource[],
): pulumi.Output<LiveScript> =>
  getWorkersScriptsOutput({ accountId }, { dependsOn: all }).results.apply(
    (results) => findScript(results, scriptName) ?? {},
  );

/**
 * The zones of routes and domain, with id and name.
 * @throws RunError naming the zone that the account does not have, or the API's answer
 */
export async function readZones(accountId: string, { names, ids }: ZonesToFind): Promise<Zone[]> {
  const look = async (asked: string, args: GetZoneArgs): Promise<Zone> => {
    try {
      const { zoneId, name } = await getZone(args);
      return { id: zoneId, name };
    } catch (error) {
      throw new pulumi.RunError(
        `Zone ${asked} cannot be found in account ${accountId}: ${reason(error)}\n` +
          `  Correct routes or customDomain in Pulumi.${pulumi.getStack()}.yaml (docs/settings.md); the token needs Zone Read.`,
      );
    }
  };
  return Promise.all([
    ...names.map((name) => look(name, { filter: { name, account: { id: accountId } } })),
    ...ids.map((zoneId) => look(zoneId, { zoneId })),
  ]);
}

/** What `up` records beside what people read: enough to decide the next run's migrations. */
export interface Recorded extends LastDeployment, ReleaseRecord {
  readonly settings: Flat;
  /** Digests of the secrets, by binding. */
  readonly secrets: Flat;
  /** ISO time of the stack's first finished run; undefined in records from before it was kept. */
  readonly since?: string | undefined;
}

const Step = {
  newSqliteClasses: z.array(z.string()).exactOptional(),
  renamedClasses: z.array(z.object({ from: z.string(), to: z.string() })).exactOptional(),
  deletedClasses: z.array(z.string()).exactOptional(),
};
const Recorded = z.object({
  accountId: z.string(),
  scriptName: z.string(),
  history: z.array(z.object({ tag: z.string(), sha256: z.string() })),
  providerVersion: z.string(),
  fingerprint: z.string(),
  kvNamespaceId: z.string(),
  migrations: z
    .object({
      ...Step,
      oldTag: z.string().exactOptional(),
      newTag: z.string(),
      steps: z.array(z.object(Step)).exactOptional(),
    })
    .optional(),
  live: z.object({
    tag: z.string().optional(),
    etag: z.string().optional(),
    modifiedOn: z.string().optional(),
  }),
  settings: z.record(z.string(), z.string()),
  since: z.string().optional(),
  secrets: z.record(z.string(), z.string()),
  releases: z.array(z.object({ version: z.string(), migrationTag: z.string() })).default([]),
  heldBack: z.array(z.string()).default([]),
});

const fullStackName = (): string => `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

/** A stack's outputs, secret ones in plain: never log them. */
export type Outputs = Readonly<Record<string, unknown>>;

/**
 * The outputs of the last finished `up` of this stack. By an invoke and not by a StackReference, which is a resource and
 * would show up as drift.
 */
export async function readOutputs(): Promise<Outputs> {
  const name = fullStackName();
  const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name }, {});
  return z.object({ outputs: z.record(z.string(), z.unknown()).nullish() }).parse(answer).outputs ?? {};
}

/** What that `up` recorded. */
export function recordedIn({ [RECORD_OUTPUT]: record }: Outputs): Recorded | undefined {
  return typeof record === "string" ? Recorded.parse(JSON.parse(record)) : undefined;
}

const RecordedResource = z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()).nullish() });
const Place = z.object({ accountId: z.string(), scriptName: z.string() });

/** Types of the resources that tell which script is this stack's. */
const SCRIPT_TYPE = "cloudflare:index/workersScript:WorkersScript";
const NAMESPACE_TYPE = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";

/**
 * What the stack's state remembers of its script, also after a run that never finished. It carries secrets in plain: only
 * the script's place leaves this function.
 */
export async function readMemory(): Promise<StackMemory> {
  const args = { stackName: fullStackName() };
  const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", args, {});
  const outputs = z.object({ outputs: z.record(z.string(), z.unknown()).nullish() }).parse(answer).outputs;
  const resources = Object.values(outputs ?? {}).flatMap(
    (value) => RecordedResource.safeParse(value).data ?? [],
  );
  const placesOf = (type: string): ScriptPlace[] =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap((resource) => Place.safeParse(resource.outputs).data ?? []);
  const hasDirectory = resources.some(({ type }) => type === NAMESPACE_TYPE);
  const [begun] = placesOf(COMPONENT_TYPE);
  return { recorded: placesOf(SCRIPT_TYPE), begun: hasDirectory ? begun : undefined };
}
