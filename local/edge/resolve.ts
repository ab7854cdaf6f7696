/** From host and path to the script that answers, as Cloudflare decides it. Pure. */
import { bySpecificity, matches, parsePattern, type RoutePattern } from "./route-pattern.ts";

export interface Routing {
  readonly routes: readonly { readonly pattern: string; readonly script: string | undefined }[];
  readonly domains: readonly { readonly hostname: string; readonly service: string }[];
  /** Oldest first. */
  readonly scripts: readonly { readonly name: string; readonly subdomainEnabled: boolean }[];
  /** The account's workers.dev label. */
  readonly subdomain: string;
  /** The version that a label such as `1a2b3c4d-chat` or `alias-chat` previews. */
  readonly preview: (label: string) => PreviewedVersion | undefined;
}

export interface PreviewedVersion {
  readonly script: string;
  readonly versionId: string;
}

export type Resolution =
  | { readonly script: string; readonly versionId?: string }
  /** Why nothing answers, in words for the person in front of the browser. */
  | { readonly nothing: string };

/** This machine without a name. Not every system resolves `*.localhost`, so these reach the main Worker. */
const BARE_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** `host` without port and colo label. */
export function resolve(routing: Routing, host: string, path: string): Resolution {
  const name = host.toLowerCase();
  const bare = BARE_HOSTS.has(name);
  const looked = bare ? "localhost" : name;
  const route = routing.routes
    .flatMap(({ pattern, script }): { pattern: RoutePattern; script: string | undefined }[] => {
      const parsed = parsePattern(pattern);
      return "problem" in parsed || !matches(parsed, looked, path) ? [] : [{ pattern: parsed, script }];
    })
    .sort((left, right) => bySpecificity(left.pattern, right.pattern))[0];
  if (route !== undefined)
    return route.script === undefined
      ? { nothing: `the route that matches ${name}${path} has no Worker` }
      : { script: route.script };
  const domain = routing.domains.find(({ hostname }) => hostname.toLowerCase() === looked);
  if (domain !== undefined) return { script: domain.service };
  if (bare) {
    const main = routing.scripts.find(({ subdomainEnabled }) => subdomainEnabled);
    return main === undefined ? { nothing: nothingAt(routing, name) } : { script: main.name };
  }
  const label = workersDevLabel(name, routing.subdomain);
  const script = routing.scripts.find((candidate) => candidate.name === label);
  if (script?.subdomainEnabled) return { script: script.name };
  const preview = label === undefined || script !== undefined ? undefined : routing.preview(label);
  if (preview !== undefined) return preview;
  if (script !== undefined) return { nothing: `workers.dev is switched off for the script '${script.name}'` };
  return { nothing: nothingAt(routing, name) };
}

function nothingAt(routing: Routing, host: string): string {
  return routing.scripts.length === 0
    ? "nothing is deployed yet"
    : `no route, domain or script answers at ${host}`;
}

function workersDevLabel(host: string, subdomain: string): string | undefined {
  for (const suffix of [`.${subdomain}.localhost`, `.${subdomain}.workers.dev`])
    if (host.endsWith(suffix)) return host.slice(0, -suffix.length);
  return undefined;
}
