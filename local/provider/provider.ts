import type { ApiClient } from "./api-client.ts";
import { GoneError, ProviderError } from "./errors.ts";
import { importSegments } from "./import-id.ts";
import { importedInputs, knownInputs, requireTypes, restricted, schemaFailures } from "./inputs.ts";
import { difference, filledProperties, planCreate, planUpdate } from "./plan.ts";
import type { Files, ResourceKind } from "./resource-kind.ts";
import { asString, type Properties, same } from "./values.ts";

export type State = { id: string; state: Properties; inputs: Properties };

const concealed = (kind: ResourceKind, properties: Properties): Properties =>
  kind.conceal?.(properties) ?? properties;

const asId = (kind: ResourceKind, state: Properties): string =>
  asString(state[kind.engineId ?? kind.namedBy ?? "id"]);

function named(kind: ResourceKind, state: Properties): Properties {
  const name = kind.namedBy === undefined ? undefined : state[kind.namedBy];
  return name === undefined ? state : { ...state, id: name };
}

/** The inputs as the provider takes them, and why it would not. `resource` is the logical name. */
export async function check(
  kind: ResourceKind,
  inputs: Properties,
  resource: string,
  files: Files,
): Promise<{ inputs: Properties; failures: string[] }> {
  const known = knownInputs(kind, inputs);
  requireTypes(kind, known);
  const own = (await kind.failures?.(known, { resource, files })) ?? [];
  return { inputs: concealed(kind, known), failures: [...schemaFailures(kind, known, resource), ...own] };
}

const prepared = async (kind: ResourceKind, inputs: Properties, files: Files): Promise<Properties> =>
  (await kind.prepare?.(inputs, files)) ?? inputs;

export const diff = async (kind: ResourceKind, inputs: Properties, state: Properties, files: Files) =>
  difference(kind, await prepared(kind, inputs, files), state);

export const previewCreate = async (kind: ResourceKind, inputs: Properties, files: Files) =>
  concealed(kind, planCreate(kind, await prepared(kind, inputs, files)));

export const previewUpdate = async (
  kind: ResourceKind,
  inputs: Properties,
  state: Properties,
  files: Files,
): Promise<Properties> => concealed(kind, planUpdate(kind, await prepared(kind, inputs, files), state));

export async function create(
  kind: ResourceKind,
  api: ApiClient,
  inputs: Properties,
  files: Files,
): Promise<{ id: string; state: Properties }> {
  const plan = planCreate(kind, await prepared(kind, inputs, files));
  const state = named(kind, filledProperties(plan, await kind.create(api, plan, files)));
  const id = asId(kind, state);
  if (id === "") throw new ProviderError("unexpected answer", `the API created ${kind.token} without an id`);
  return { id, state: concealed(kind, state) };
}

export async function update(
  kind: ResourceKind,
  api: ApiClient,
  id: string,
  inputs: Properties,
  state: Properties,
  files: Files,
): Promise<Properties> {
  const plan = planUpdate(kind, await prepared(kind, inputs, files), state);
  return concealed(kind, named(kind, filledProperties(plan, await kind.update(api, id, plan, files))));
}

/** The resource as it is now, or undefined when it is gone. */
export async function refresh(
  kind: ResourceKind,
  api: ApiClient,
  id: string,
  state: Properties,
  inputs: Properties,
): Promise<State | undefined> {
  try {
    const now = await kind.read(api, id, state);
    // Untouched values stay as the program wrote them, not as the state completes them.
    const fresh = same(now, state) ? inputs : restricted(now, inputs);
    return { id, state: concealed(kind, now), inputs: concealed(kind, fresh) };
  } catch (error) {
    if (error instanceof GoneError) return undefined;
    throw error;
  }
}

/** Brings a resource that Pulumi did not make under its care. @throws ProviderError for a malformed id, GoneError for a missing one. */
export async function importResource(kind: ResourceKind, api: ApiClient, importId: string): Promise<State> {
  const segments = importSegments(importId, kind.importId);
  const start: Properties = {};
  kind.importInto.forEach((property, index) => {
    start[property] = segments[index];
  });
  const begun = named(kind, start);
  const id = asId(kind, begun);
  // As the official provider: once for the import itself, once for the read that follows it.
  if (kind.beginImport) await kind.beginImport(api, begun);
  else await kind.read(api, id, begun);
  const state = await kind.read(api, id, begun);
  const given = importedInputs(kind, state);
  const inputs = concealed(kind, kind.asGiven?.(given) ?? given);
  return { id, state: concealed(kind, state), inputs };
}
