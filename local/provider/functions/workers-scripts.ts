import type { ApiClient } from "../api-client.ts";
import { camelCased } from "../names.ts";
import { withWholeSeconds } from "../plan.ts";
import { accountOf } from "../resource-kind.ts";
import { asList, asProperties, type Properties } from "../values.ts";

/** `getWorkersScripts`: every script of an account with its live migration tag and etag, in one call. */
export async function getWorkersScripts(api: ApiClient, args: Properties): Promise<Properties> {
  const path = ["accounts", accountOf(args), "workers", "scripts"];
  const { result } = await api.call({ method: "GET", path });
  const results = asList(result).map((script) =>
    withWholeSeconds(asProperties(camelCased(script)), ["createdOn", "modifiedOn"]),
  );
  return { ...args, results };
}
