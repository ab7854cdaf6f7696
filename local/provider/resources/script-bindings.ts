import { parsed } from "../api-client.ts";
import { camelCased, snakeCased } from "../names.ts";
import type { Plan } from "../resource-kind.ts";
import { asList, asProperties, isUnknown, type Properties, secret, UNKNOWN, type Value } from "../values.ts";

/** The binding types that provider 6.22.1 lets through, in its order. */
export const BINDING_TYPES = [
  "ai",
  "ai_search",
  "ai_search_namespace",
  "analytics_engine",
  "assets",
  "browser",
  "d1",
  "data_blob",
  "dispatch_namespace",
  "durable_object_namespace",
  "hyperdrive",
  "inherit",
  "images",
  "json",
  "kv_namespace",
  "media",
  "mtls_certificate",
  "plain_text",
  "pipelines",
  "queue",
  "ratelimit",
  "r2_bucket",
  "secret_text",
  "send_email",
  "service",
  "tail_consumer",
  "text_blob",
  "vectorize",
  "version_metadata",
  "secrets_store_secret",
  "secret_key",
  "workflow",
  "wasm_module",
  "vpc_service",
  "vpc_network",
] as const;

/** Fields of a binding that the schema calls sensitive, whatever the binding's type. */
const SENSITIVE = ["text", "keyBase64", "keyJwk"];

const isDurableObject = (binding: Properties): boolean => binding.type === "durable_object_namespace";

const bindingsOf = (properties: Properties | undefined): Properties[] =>
  asList(properties?.bindings).map(asProperties);

/** A binding as the API takes it: JSON is sent as a value, not as text. */
export function bindingForUpload(binding: Properties): Value {
  const { json, ...rest } = binding;
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => !isUnknown(value)));
  const body = asProperties(snakeCased(known));
  if (typeof json === "string") body.json = (parsed(Buffer.from(json)) ?? json) as Value; // JSON.parse yields JSON
  return body;
}

/** A binding as the API returns it, in the form a program writes it. */
function bindingFromApi(answer: Value): Properties {
  const { json, ...rest } = asProperties(answer);
  const binding = asProperties(camelCased(rest));
  if (json !== undefined && json !== null) binding.json = JSON.stringify(json);
  return binding;
}

/** Carries over the namespace that the cloud gave to a Durable Object binding. */
export function settleBindings(plan: Plan, state: Properties | undefined): void {
  if (!Array.isArray(plan.bindings)) return;
  const before = bindingsOf(state);
  plan.bindings = bindingsOf(plan).map((binding) => {
    const known = before.find(({ name, type }) => name === binding.name && type === binding.type);
    const namespaceId = binding.namespaceId ?? known?.namespaceId;
    return isDurableObject(binding) && namespaceId !== undefined ? { ...binding, namespaceId } : binding;
  });
}

export function unsettleBindings(plan: Plan): void {
  if (!Array.isArray(plan.bindings)) return;
  plan.bindings = bindingsOf(plan).map((binding) =>
    isDurableObject(binding) ? { ...binding, namespaceId: UNKNOWN } : binding,
  );
}

/**
 * What a refresh makes of the bindings: those of the state as they were, without secrets that are gone, then those
 * that were added. The official provider sees no other drift, and neither does it find a secret that it did not set.
 */
export function refreshedBindings(state: Properties, answer: Value | undefined): Value[] | undefined {
  if (!Array.isArray(answer)) return Array.isArray(state.bindings) ? state.bindings : undefined;
  const live = answer.map(bindingFromApi);
  const before = bindingsOf(state);
  const isIn = (bindings: Properties[], { type, name }: Properties): boolean =>
    bindings.some((binding) => binding.type === type && binding.name === name);
  const stay = before.filter((binding) => binding.type !== "secret_text" || isIn(live, binding));
  const added = live.filter((binding) => binding.type !== "secret_text" && !isIn(before, binding));
  return [...stay, ...added];
}

/** Marks the sensitive fields of all bindings; the engine then hides `bindings` as a whole. */
export function concealBindings(properties: Properties): Properties {
  if (!Array.isArray(properties.bindings)) return properties;
  const bindings = bindingsOf(properties).map((binding) => {
    const concealed = { ...binding };
    for (const name of SENSITIVE) {
      const value = concealed[name];
      if (value !== undefined && value !== null) concealed[name] = secret(value);
    }
    return concealed;
  });
  return { ...properties, bindings };
}
