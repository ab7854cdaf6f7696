/** Where the chat can be reached: addresses from settings, in order of how good they are to give to people. */
import type { Problem } from "./problems.ts";

/** A route pattern or hostname with the zone that it lies in. */
export interface InZone {
  readonly zoneId?: string | undefined;
  readonly zone?: string | undefined;
}
export interface RouteSetting extends InZone {
  readonly pattern: string;
}
export interface DomainSetting extends InZone {
  readonly hostname: string;
}

export interface Places {
  readonly publicUrl?: string | undefined;
  readonly customDomain?: DomainSetting | undefined;
  readonly routes: readonly RouteSetting[];
  readonly workersDev: boolean;
  readonly workersDevSubdomain?: string | undefined;
  readonly scriptName: string;
}

/** A pattern that covers a whole host tells an address: `chat.example.com/*`, also with a scheme. */
const WHOLE_HOST = /^(?:https?:\/\/)?([a-z0-9.-]+)\/\*$/;

/** The address of the chat without a trailing slash, or undefined when the settings do not tell one. */
export function chatUrl(places: Places): string | undefined {
  if (places.publicUrl !== undefined) return places.publicUrl.replace(/\/+$/, "");
  if (places.customDomain !== undefined) return `https://${places.customDomain.hostname}`;
  for (const { pattern } of places.routes) {
    const host = WHOLE_HOST.exec(pattern)?.[1];
    if (host !== undefined) return `https://${host}`;
  }
  if (places.workersDev && places.workersDevSubdomain !== undefined)
    return `https://${places.scriptName}.${places.workersDevSubdomain}.workers.dev`;
  return undefined;
}

/** `https://host` → `wss://host/chat`: a room's socket is this and `/<room>`. */
export const webSocketUrl = (url: string): string => `${url.replace(/^http/, "ws")}/chat`;

/** A zone of the account. */
export interface Zone {
  readonly id: string;
  readonly name: string;
}

/** What routes and domain say of their zones: each name or id once. */
export interface ZonesToFind {
  readonly names: readonly string[];
  readonly ids: readonly string[];
}

/** Zones that must be looked up before routes and domain can be planned: by id too, to know what lies inside. */
export function zonesToFind(places: Pick<Places, "routes" | "customDomain">): ZonesToFind {
  const settings = [...places.routes, ...(places.customDomain ? [places.customDomain] : [])];
  const once = (values: readonly string[]) => [...new Set(values)].sort();
  return {
    names: once(settings.flatMap(({ zone, zoneId }) => (zone && !zoneId ? [zone] : []))),
    ids: once(settings.flatMap(({ zoneId }) => (zoneId ? [zoneId] : []))),
  };
}

/**
 * The zone that a setting names, from the zones that were found.
 * @throws when `zonesToFind` was not asked first
 */
export function zoneOf({ zoneId, zone }: InZone, found: readonly Zone[]): Zone {
  const here = found.find(({ id, name }) => (zoneId === undefined ? name === zone : id === zoneId));
  if (here === undefined) throw new Error(`zone ${zoneId ?? zone ?? "(none)"} was not looked up`);
  return here;
}

/** The host of a route pattern. A `*` before it covers hosts below it, with or without itself: all of them inside. */
const HOST = /^(?:https?:\/\/)?(?:\*\.?)?([^/*]*)/;

/** Whether a hostname or route pattern lies in a zone. */
export function liesInside(pattern: string, zone: string): boolean {
  const host = HOST.exec(pattern)?.[1] ?? "";
  return host === zone || host.endsWith(`.${zone}`);
}

/** Routes and domain that reach out of their zone. Cloudflare would refuse some, and others would never see a request. */
export function outsideTheirZone(
  { routes, customDomain }: Pick<Places, "routes" | "customDomain">,
  found: readonly Zone[],
  stack: string,
): Problem[] {
  const places = [
    ...routes.map((route) => ({ text: route.pattern, setting: "routes", in: route })),
    ...(customDomain ? [{ text: customDomain.hostname, setting: "customDomain", in: customDomain }] : []),
  ];
  return places.flatMap(({ text, setting, in: place }) => {
    const { name } = zoneOf(place, found);
    if (liesInside(text, name)) return [];
    return [
      {
        what: `${setting}: ${text} does not lie in its zone ${name} (allowed: ${name}/*, *.${name}/* and hosts that end in .${name})`,
        fix: `Correct it in Pulumi.${stack}.yaml (docs/settings.md).`,
      },
    ];
  });
}
