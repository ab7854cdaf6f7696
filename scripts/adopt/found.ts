import * as z from "zod";
import { ApiRefusal } from "../../infra/cloudflare-http.ts";
import type { Imports } from "../../infra/imports.ts";
import type { Settings } from "../../infra/settings.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";

/** What the account has of a chat that something else made. */
export type Found = {
  /** Its migration tag; undefined when none ever ran. */
  tag: string | undefined;
  /** Bindings, sorted by name: `CHAT_ROOM (durable_object_namespace)`. */
  bindings: string[];
  directory: { id: string; title: string } | undefined;
  /** Routes to the script, settings' own and others. */
  routes: { id: string; zoneId: string; pattern: string; script: string }[];
  domain: { id: string; hostname: string; service: string } | undefined;
};

const Scripts = z.array(z.object({ id: z.string(), migration_tag: z.string().nullish() }));
const ScriptSettings = z.object({
  bindings: z
    .array(z.object({ name: z.string(), type: z.string(), namespace_id: z.string().optional() }))
    .default([]),
});
const Namespaces = z.array(z.object({ id: z.string(), title: z.string() }));
const Zones = z.array(z.object({ id: z.string(), name: z.string() }));
const Routes = z.array(z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() }));
const Domains = z.array(z.object({ id: z.string(), hostname: z.string(), service: z.string() }));

/** The binding under which the chat keeps its directory of rooms. */
const DIRECTORY = "DIRECTORY";

/** Looks for what the settings name. Undefined when there is no such script. */
export async function findChat(api: CloudflareApi, settings: Settings): Promise<Found | undefined> {
  const { accountId, scriptName, kvTitle, customDomain } = settings;
  const account = `/accounts/${accountId}`;
  const script = (await api.get(`${account}/workers/scripts`, Scripts)).find(({ id }) => id === scriptName);
  if (script === undefined) return undefined;
  const { bindings } = await api.get(`${account}/workers/scripts/${scriptName}/settings`, ScriptSettings);
  const namespaces = await api.get(`${account}/storage/kv/namespaces?per_page=1000`, Namespaces);
  const bound = bindings.find(({ name }) => name === DIRECTORY)?.namespace_id;
  const domains = customDomain ? await api.get(`${account}/workers/domains`, Domains) : [];
  return {
    tag: script.migration_tag || undefined,
    bindings: bindings.map(({ name, type }) => `${name} (${type})`).sort(),
    directory: namespaces.find(({ id, title }) => (bound === undefined ? title === kvTitle : id === bound)),
    routes: await routesOf(api, settings),
    domain: domains.find(({ hostname }) => hostname === customDomain?.hostname),
  };
}

/** All routes of the zones that the settings name; a zone that cannot be read is the program's to tell. */
export async function routesOf(
  api: CloudflareApi,
  { accountId, routes }: Settings,
): Promise<Found["routes"]> {
  const found: Found["routes"] = [];
  const zones = new Set<string>();
  for (const { zone, zoneId } of routes) {
    const id = zoneId ?? (await api.get(`/zones?name=${zone}&account.id=${accountId}`, Zones))[0]?.id;
    if (id !== undefined) zones.add(id);
  }
  for (const zoneId of zones)
    for (const { id, pattern, script } of await api
      .get(`/zones/${zoneId}/workers/routes`, Routes)
      .catch(none))
      found.push({ id, zoneId, pattern, script: script ?? "" });
  return found;
}

function none(error: unknown): z.infer<typeof Routes> {
  if (error instanceof ApiRefusal && error.status === 404) return [];
  throw error;
}

/**
 * What is taken over, in the provider's ids.
 *
 * @throws when something that the settings want leads to another script.
 */
export function importsOf(found: Found, settings: Settings): Imports {
  const { accountId, scriptName } = settings;
  const foreign = [
    ...found.routes
      .filter(
        ({ pattern, script }) =>
          script !== scriptName && settings.routes.some((own) => own.pattern === pattern),
      )
      .map(({ pattern, script }) => `the route "${pattern}" leads to the script "${script}"`),
    ...(found.domain && found.domain.service !== scriptName
      ? [`the domain "${found.domain.hostname}" belongs to the script "${found.domain.service}"`]
      : []),
  ];
  if (foreign.length > 0)
    throw new Error(
      `Not this chat's: ${foreign.join("; ")}. Remove it there, or take another one in the stack's settings.`,
    );
  const wanted = settings.routes.map(({ pattern }) => pattern);
  return {
    script: `${accountId}/${scriptName}`,
    subdomain: `${accountId}/${scriptName}`,
    ...(found.directory ? { directory: `${accountId}/${found.directory.id}` } : {}),
    ...(found.domain ? { domain: `${accountId}/${found.domain.id}` } : {}),
    routes: Object.fromEntries(
      found.routes
        .filter(({ pattern }) => wanted.includes(pattern))
        .map(({ pattern, zoneId, id }) => [pattern, `${zoneId}/${id}`]),
    ),
  };
}

/** What is there, and what becomes of it, as lines. */
export function foundLines(found: Found, settings: Settings, stack: string): string[] {
  const { scriptName, kvTitle } = settings;
  const wanted = settings.routes.map(({ pattern }) => pattern);
  const others = found.routes.filter(
    ({ script, pattern }) => script === scriptName && !wanted.includes(pattern),
  );
  const { directory } = found;
  return [
    `Found in account ${settings.accountId}:`,
    `  script ${scriptName}, migration tag ${found.tag ?? "none"}: taken over with its rooms; code, bindings and settings become this stack's`,
    `    it has ${found.bindings.join(", ") || "no bindings"}; what is not among them now, secrets too, comes from the stack`,
    directory === undefined
      ? "  no directory of rooms: one is made, and fills as rooms are used"
      : directory.title === kvTitle
        ? `  KV namespace "${directory.title}": taken over`
        : `  KV namespace "${directory.title}": taken over, and called "${kvTitle}" from now on. To keep its name: npm run pulumi -- config set kvTitle '${directory.title}' --stack ${stack}`,
    ...wanted.map((pattern) =>
      found.routes.some((route) => route.pattern === pattern && route.script === scriptName)
        ? `  route ${pattern}: taken over`
        : `  route ${pattern}: made`,
    ),
    ...others.map(
      ({ pattern }) => `  route ${pattern}: left as it is, since it is not among the stack's \`routes\``,
    ),
    ...(found.domain ? [`  domain ${found.domain.hostname}: taken over`] : []),
  ];
}
