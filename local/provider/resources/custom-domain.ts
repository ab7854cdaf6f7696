import type { ApiClient } from "../api-client.ts";
import { snakeCased } from "../names.ts";
import { overlaid } from "../plan.ts";
import { find } from "../read.ts";
import { accountOf, type Plan, type ResourceKind } from "../resource-kind.ts";
import { isUnknown, type Properties, type Value } from "../values.ts";

const domains = (properties: Properties): string[] => [
  "accounts",
  accountOf(properties),
  "workers",
  "domains",
];

async function put(api: ApiClient, plan: Plan): Promise<Value | undefined> {
  const { accountId: _account, id: _id, certId: _cert, ...settings } = plan;
  const known = Object.fromEntries(Object.entries(settings).filter(([, value]) => !isUnknown(value)));
  return (await api.call({ method: "PUT", path: domains(plan), json: snakeCased(known) })).result;
}

/** A hostname that belongs to one script. Every change replaces it. */
export const customDomain: ResourceKind = {
  token: "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    hostname: { type: "string", required: "Hostname of the domain.", replaces: true },
    service: { type: "string", required: "Name of the Worker associated with the domain.", replaces: true },
    environment: { type: "string", computed: "fresh", replaces: true },
    zoneId: { type: "string", computed: "fresh", replaces: true },
    zoneName: { type: "string", computed: "fresh", replaces: true },
    certId: { type: "string", output: true, computed: "fresh" },
  },
  importId: "<account_id>/<domain_id>",
  importInto: ["accountId", "id"],

  create: put,

  async read(api, id, state) {
    const { result } = await find(api, { path: [...domains(state), id] });
    return overlaid(customDomain, { ...state, id }, result);
  },

  update: (api, _id, plan) => put(api, plan),

  async remove(api, id, state) {
    await api.call({ method: "DELETE", path: [...domains(state), id] });
  },
};
