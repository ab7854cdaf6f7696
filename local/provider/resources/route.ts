import { overlaid } from "../plan.ts";
import { find } from "../read.ts";
import { type Plan, pathParameter, type ResourceKind } from "../resource-kind.ts";
import type { Properties } from "../values.ts";

const routes = (properties: Properties): string[] => [
  "zones",
  pathParameter(properties, "zoneId", "zone_id"),
  "workers",
  "routes",
];

const body = ({ pattern, script }: Plan): Properties =>
  script === undefined ? { pattern } : { pattern, script };

/** A route pattern of a zone, and the script that serves it. */
export const route: ResourceKind = {
  token: "cloudflare:index/workersRoute:WorkersRoute",
  attributes: {
    zoneId: { type: "string", required: "Identifier.", replaces: true },
    pattern: { type: "string", required: "Pattern to match incoming requests against." },
    script: { type: "string" },
  },
  importId: "<zone_id>/<route_id>",
  importInto: ["zoneId", "id"],

  async create(api, plan) {
    return (await api.call({ method: "POST", path: routes(plan), json: body(plan) })).result;
  },

  async read(api, id, state) {
    const { result } = await find(api, { path: [...routes(state), id] });
    return overlaid(route, { ...state, id }, result);
  },

  async update(api, id, plan) {
    return (await api.call({ method: "PUT", path: [...routes(plan), id], json: body(plan) })).result;
  },

  async remove(api, id, state) {
    await api.call({ method: "DELETE", path: [...routes(state), id] });
  },
};
