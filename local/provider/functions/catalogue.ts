import type { ApiClient } from "../api-client.ts";
import type { Properties } from "../values.ts";
import { getWorkersScripts } from "./workers-scripts.ts";
import { getZone, getZones } from "./zones.ts";

type ProviderFunction = (api: ApiClient, args: Properties) => Promise<Properties>;

const FUNCTIONS: Record<string, ProviderFunction> = {
  "cloudflare:index/getWorkersScripts:getWorkersScripts": getWorkersScripts,
  "cloudflare:index/getZone:getZone": getZone,
  "cloudflare:index/getZones:getZones": getZones,
};

/** @throws Error that lists what there is, for a function that the stand-in does not model. */
export function providerFunction(token: string): ProviderFunction {
  const found = FUNCTIONS[token];
  if (found !== undefined) return found;
  const known = Object.keys(FUNCTIONS).map((name) => name.split(":").at(-1));
  throw new Error(
    `The stand-in provider of the local account does not model ${token}; it has ${known.join(", ")}. Use the official plugin for others.`,
  );
}
