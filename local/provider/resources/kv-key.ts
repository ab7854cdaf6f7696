import type { ApiClient } from "../api-client.ts";
import { parsed } from "../api-client.ts";
import type { Part } from "../multipart.ts";
import { findRaw } from "../read.ts";
import { accountOf, type Plan, type ResourceKind } from "../resource-kind.ts";
import { asString, isObject, type Properties, same, type Value } from "../values.ts";

const path = (properties: Properties, of: "values" | "metadata"): string[] => [
  "accounts",
  accountOf(properties),
  "storage",
  "kv",
  "namespaces",
  asString(properties.namespaceId),
  of,
  asString(properties.keyName),
];

async function put(api: ApiClient, plan: Plan): Promise<void> {
  const form: Part[] = [{ name: "value", body: asString(plan.value) }];
  const metadata = asString(plan.metadata);
  if (metadata !== "") form.push({ name: "metadata", body: metadata });
  await api.call({ method: "PUT", path: path(plan, "values"), form });
}

/** Metadata as the program wrote it where it means the same, so that spaces and order of keys are no drift. */
async function readMetadata(api: ApiClient, state: Properties): Promise<string | undefined> {
  const known = asString(state.metadata);
  let result: Value | undefined;
  try {
    result = (await api.call({ method: "GET", path: path(state, "metadata") })).result;
  } catch {
    return known || undefined; // As the official provider: without metadata there is still a value.
  }
  if (result === undefined || result === null) return known || undefined;
  const before = parsed(Buffer.from(known));
  return isObject(before) && same(before, result) ? known : JSON.stringify(result);
}

/** One key of a KV namespace. Its id is the key's name. */
export const kvKey: ResourceKind = {
  token: "cloudflare:index/workersKv:WorkersKv",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    namespaceId: { type: "string", required: "Namespace identifier tag.", replaces: true },
    keyName: { type: "string", required: "A key's name.", replaces: true },
    value: { type: "string", required: "A byte sequence to be stored, up to 25 MiB in length." },
    metadata: { type: "string" },
    expiration: { type: "number", unmodelled: true },
    expirationTtl: { type: "number", unmodelled: true },
  },
  namedBy: "keyName",
  importId: "<account_id>/<namespace_id>/<key_name>",
  importInto: ["accountId", "namespaceId", "keyName"],

  async create(api, plan) {
    await put(api, plan);
    return undefined;
  },

  async read(api, id, state) {
    const { body } = await findRaw(api, { path: path(state, "values"), accept: "application/octet-stream" });
    const metadata = await readMetadata(api, state);
    const { metadata: _, ...rest } = state;
    return { ...rest, id, value: body.toString(), ...(metadata === undefined ? {} : { metadata }) };
  },

  async update(api, _id, plan) {
    await put(api, plan);
    return undefined;
  },

  async remove(api, _id, state) {
    await api.call({ method: "DELETE", path: path(state, "values") });
  },
};
