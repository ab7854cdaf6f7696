import type { ApiClient } from "../api-client.ts";
import { snakeCased } from "../names.ts";
import { overlaid } from "../plan.ts";
import { find } from "../read.ts";
import type { Plan, ResourceKind } from "../resource-kind.ts";
import { isUnknown, type Properties, type Value } from "../values.ts";
import { scriptPath } from "./script-path.ts";

const path = (properties: Properties): string[] => [...scriptPath(properties), "subdomain"];

async function post(api: ApiClient, plan: Plan): Promise<Value | undefined> {
  const { enabled, previewsEnabled } = plan;
  const body: Properties = { enabled };
  if (!isUnknown(previewsEnabled)) body.previewsEnabled = previewsEnabled;
  return (await api.call({ method: "POST", path: path(plan), json: snakeCased(body) })).result;
}

/** Whether a script answers on workers.dev. Its id is that of the account, as the official provider has it. */
export const scriptSubdomain: ResourceKind = {
  token: "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    scriptName: {
      type: "string",
      required: "Name of the script, used in URLs and route configuration.",
      replaces: true,
    },
    enabled: {
      type: "boolean",
      required: "Whether the Worker should be available on the workers.dev subdomain.",
    },
    previewsEnabled: { type: "boolean", computed: "fresh" },
  },
  importId: "<account_id>/<script_name>",
  importInto: ["accountId", "scriptName"],
  namedBy: "scriptName",
  engineId: "accountId",

  create: post,

  async read(api, _id, state) {
    const { result } = await find(api, { path: path(state) });
    return overlaid(scriptSubdomain, state, result);
  },

  update: (api, _id, plan) => post(api, plan),

  async remove(api, _id, state) {
    await api.call({ method: "DELETE", path: path(state) });
  },
};
