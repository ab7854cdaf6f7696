import type { ApiClient } from "../api-client.ts";
import { firstPart } from "../multipart.ts";
import { camelCased } from "../names.ts";
import { withWholeSeconds } from "../plan.ts";
import { find } from "../read.ts";
import { asProperties, asString, type Properties } from "../values.ts";
import { refreshedBindings } from "./script-bindings.ts";
import { sha256 } from "./script-check.ts";
import { scriptPath } from "./script-path.ts";

/** What the script's entry in `services` says of it. */
const OF_SCRIPT = [
  "createdOn",
  "etag",
  "handlers",
  "hasAssets",
  "hasModules",
  "lastDeployedFrom",
  "migrationTag",
  "modifiedOn",
  "namedHandlers",
  "startupTimeMs",
];

const OF_SETTINGS = [
  "compatibilityDate",
  "compatibilityFlags",
  "limits",
  "logpush",
  "observability",
  "tailConsumers",
  "usageModel",
];

function laidOver(state: Properties, answer: Properties, names: readonly string[]): Properties {
  const values = asProperties(camelCased(answer));
  const result = { ...state };
  for (const name of names) {
    const value = values[name];
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/**
 * Reads a script as the official provider does: its entry in `services` (404 there means gone), its settings, its
 * content. Live values of existing bindings, secrets and migrations are not compared.
 */
export async function readScript(api: ApiClient, state: Properties): Promise<Properties> {
  const path = scriptPath(state);
  const [accounts, account, workers, , name] = path;
  const service = [accounts, account, workers, "services", name].filter((segment) => segment !== undefined);
  const found = await find(api, { path: service });
  const live = asProperties(asProperties(asProperties(found.result).default_environment).script);
  const settings = asProperties((await api.call({ method: "GET", path: [...path, "settings"] })).result);
  const answer = await api.raw({ method: "GET", path: [...path, "content", "v2"], accept: "string" });
  const content = firstPart(answer.headers["content-type"] ?? "", answer.body);

  const result = laidOver(laidOver(state, live, OF_SCRIPT), settings, OF_SETTINGS);
  const bindings = refreshedBindings(state, settings.bindings);
  if (bindings !== undefined) result.bindings = bindings;
  if (asString(result.contentFile) === "") result.content = content.toString();
  if (result.contentSha256 !== undefined) result.contentSha256 = sha256(content);
  delete result.placement; // `{}` stands for no placement, and another is never set from here
  return withWholeSeconds(result, ["createdOn", "modifiedOn"]);
}
