import { overlaid } from "../plan.ts";
import { find } from "../read.ts";
import { accountOf, type ResourceKind } from "../resource-kind.ts";
import type { Properties } from "../values.ts";

const namespaces = (properties: Properties): string[] => [
  "accounts",
  accountOf(properties),
  "storage",
  "kv",
  "namespaces",
];

/** A KV namespace: a title, and the id that the account gives it. */
export const kvNamespace: ResourceKind = {
  token: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    title: { type: "string", required: "A human-readable string name for a Namespace." },
    jurisdiction: { type: "string", unmodelled: true },
    supportsUrlEncoding: { type: "boolean", output: true, computed: "fresh" },
  },
  importId: "<account_id>/<namespace_id>",
  importInto: ["accountId", "id"],

  async create(api, plan) {
    const json = { title: plan.title ?? null };
    return (await api.call({ method: "POST", path: namespaces(plan), json })).result;
  },

  async read(api, id, state) {
    const { result } = await find(api, { path: [...namespaces(state), id] });
    return overlaid(kvNamespace, { ...state, id }, result);
  },

  async update(api, id, plan) {
    const json = { title: plan.title ?? null };
    return (await api.call({ method: "PUT", path: [...namespaces(plan), id], json })).result;
  },

  async remove(api, id, state) {
    await api.call({ method: "DELETE", path: [...namespaces(state), id] });
  },
};
