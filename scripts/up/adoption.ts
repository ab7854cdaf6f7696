import * as z from "zod";
import type { Cli } from "../stack/cli.ts";
import { say } from "../toolchain/steps.ts";
import type { CloudflareApi } from "./cloudflare-api.ts";
import type { PlannedStep } from "./event-log.ts";

/** A resource that the program wants to create, with the inputs that identify it in the account. */
export type Wanted = Pick<PlannedStep, "urn" | "type" | "parent" | "inputs">;
/** One that exists in the account although the state does not know it. */
export type Found = Wanted & { id: string };

const KV_NAMESPACE = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";
const ROUTE = "cloudflare:index/workersRoute:WorkersRoute";
const NO_TAG = "none";
/** What the chat keeps in its directory; a namespace with other keys belongs to somebody else. */
const DIRECTORY_PREFIX = "room/";

const Namespaces = z.array(z.object({ id: z.string(), title: z.string() }));
const Keys = z.array(z.object({ name: z.string() }));
const Routes = z.array(z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() }));

/** The last part of a URN is the resource's logical name. */
export const logicalName = (urn: string): string => urn.split("::").at(-1) ?? urn;

/**
 * Finds what was created but not recorded: the answer to its creation was lost, so the next creation is refused for
 * ever. Scripts, subdomains and custom domains need no search: creating them again just overwrites.
 */
export async function findUnrecorded(api: CloudflareApi, wanted: readonly Wanted[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const resource of wanted) {
    const id =
      resource.type === KV_NAMESPACE
        ? await findNamespace(api, resource)
        : resource.type === ROUTE
          ? await findRoute(api, resource)
          : undefined;
    if (id !== undefined) found.push({ ...resource, id });
  }
  return found;
}

/** What tells whether a namespace that the state does not know can be what an earlier run of this stack made. */
export type Ownership = {
  scriptName: string;
  /** The live migration tag, or `none`. */
  tag: string;
  /** Whether the state holds the script. */
  scriptInState: boolean;
  /** Setting `adoptScript`. */
  adoptScript: string | undefined;
};

/**
 * Refuses the namespace of a chat that another state has deployed in the meantime: this stack uploads its script only
 * once its namespace is in the state.
 *
 * @throws when there is a live script that cannot be this stack's.
 */
export function refuseForeignNamespace(found: readonly Wanted[], owner: Ownership): void {
  const namespace = found.find(({ type }) => type === KV_NAMESPACE);
  if (namespace === undefined || owner.scriptInState || owner.tag === NO_TAG) return;
  if (owner.adoptScript === owner.scriptName) return;
  throw new Error(
    `Somebody else deployed ${owner.scriptName} in the meantime (live migration tag: ${owner.tag}), from another state: ` +
      `its KV namespace "${String(namespace.inputs.title)}" is not this stack's. Run the command again to see what can be done.`,
  );
}

async function findNamespace(api: CloudflareApi, { inputs }: Wanted): Promise<string | undefined> {
  const account = String(inputs.accountId ?? api.accountId);
  const all = await api.get(`/accounts/${account}/storage/kv/namespaces?per_page=1000`, Namespaces);
  const same = all.find(({ title }) => title === inputs.title);
  if (same === undefined) return undefined;
  const keys = await api.get(`/accounts/${account}/storage/kv/namespaces/${same.id}/keys?limit=100`, Keys);
  const foreign = keys.find(({ name }) => !name.startsWith(DIRECTORY_PREFIX));
  if (foreign)
    throw new Error(
      `The account has a KV namespace "${same.title}" (${same.id}) that is not the chat's: it holds the key "${foreign.name}". ` +
        `Give the chat another title: \`npm run pulumi -- config set kvTitle <title>\`.`,
    );
  return `${account}/${same.id}`;
}

async function findRoute(api: CloudflareApi, { inputs }: Wanted): Promise<string | undefined> {
  const routes = await api.get(`/zones/${String(inputs.zoneId)}/workers/routes`, Routes);
  const same = routes.find(({ pattern }) => pattern === inputs.pattern);
  if (same === undefined) return undefined;
  if (same.script && same.script !== inputs.script)
    throw new Error(
      `The route "${same.pattern}" leads to the script "${same.script}" already. Remove it there, or take another pattern in this stack's \`routes\`.`,
    );
  return `${String(inputs.zoneId)}/${same.id}`;
}

/** Takes a found resource into the state with the CLI's own import. */
export async function adopt(cli: Cli, stack: string, { urn, type, parent, id }: Found): Promise<void> {
  say(
    `  ${logicalName(urn)} exists in the account but not in the state (its answer was lost): importing ${id}`,
  );
  const args = ["import", type, logicalName(urn), id, "--stack", stack, "--yes", "--skip-preview"];
  const parents = parent ? ["--parent", `parent=${parent}`] : [];
  const answer = await cli.quiet([...args, ...parents, "--protect=false", "--generate-code=false"]);
  if (answer.code !== 0)
    throw new Error(`The import of ${logicalName(urn)} failed:\n${answer.stdout}${answer.stderr}`);
}
