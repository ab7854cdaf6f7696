import type { ApiClient } from "../api-client.ts";
import { ProviderError } from "../errors.ts";
import { camelCased } from "../names.ts";
import { withWholeSeconds } from "../plan.ts";
import { asList, asProperties, asString, type Properties, type Value } from "../values.ts";

const ZONES_PATH = ["zones"];
/** An API that ignores `page` would be asked for ever. */
const MAX_PAGES = 1_000;
const TIMES = ["activatedOn", "createdOn", "modifiedOn"];

const zoneFrom = (answer: Value): Properties => withWholeSeconds(asProperties(camelCased(answer)), TIMES);

const filters = (pairs: [string, Value | undefined][]): [string, string][] =>
  pairs.filter(([, value]) => value !== undefined).map(([name, value]) => [name, asString(value)]);

async function zoneIdByFilter(api: ApiClient, filter: Properties): Promise<string> {
  const account = asProperties(filter.account ?? null);
  const query = filters([
    ["account.id", account.id],
    ["account.name", account.name],
    ["direction", filter.direction],
    ["match", filter.match],
    ["name", filter.name],
    ["order", filter.order],
    ["status", filter.status],
  ]);
  const { result } = await api.call({ method: "GET", path: ZONES_PATH, query });
  const found = asList(result);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new ProviderError("failed to find exactly one result", `${found.length} found`);
  }
  return asString(asProperties(only).id);
}

/** `getZone`: one zone by its id, or by a filter that must match exactly one. */
export async function getZone(api: ApiClient, args: Properties): Promise<Properties> {
  const zoneId = asString(args.zoneId) || (await zoneIdByFilter(api, asProperties(args.filter ?? null)));
  const { result } = await api.call({ method: "GET", path: [...ZONES_PATH, zoneId] });
  return { ...zoneFrom(result ?? null), ...args, zoneId };
}

/** `getZones`: all zones that match, page by page until one is empty. */
export async function getZones(api: ApiClient, args: Properties): Promise<Properties> {
  const account = asProperties(args.account ?? null);
  const query = filters([
    ["account.id", account.id],
    ["account.name", account.name],
    ["direction", args.direction],
    ["match", args.match],
    ["name", args.name],
    ["order", args.order],
    ["status", args.status],
  ]);
  const results: Value[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const paged: [string, string][] = page === 1 ? query : [...query, ["page", String(page)]];
    const items = asList((await api.call({ method: "GET", path: ZONES_PATH, query: paged })).result);
    if (items.length === 0) break;
    results.push(...items.map(zoneFrom));
  }
  return { ...args, results };
}
