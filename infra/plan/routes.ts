/** Where the chat can be reached: addresses from settings, in order of how good they are to give to people. */

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

/** Zones named by their name: what must be looked up before routes and domain can be planned. */
export function zonesToFind(places: Pick<Places, "routes" | "customDomain">): string[] {
  const named = [...places.routes, ...(places.customDomain ? [places.customDomain] : [])];
  return [...new Set(named.flatMap(({ zone, zoneId }) => (zone && !zoneId ? [zone] : [])))].sort();
}

/**
 * The id of the zone that a setting names, from the zones that were found.
 * @throws when `zonesToFind` was not asked first
 */
export function zoneIdOf(setting: InZone, found: ReadonlyMap<string, string>): string {
  const id = setting.zoneId ?? found.get(setting.zone ?? "");
  if (id === undefined) throw new Error(`zone ${setting.zone ?? "(none)"} was not looked up`);
  return id;
}
