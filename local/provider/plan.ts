import { camelCased, camelName, snakeName, wholeSeconds } from "./names.ts";
import type { Attribute, Plan, ResourceKind } from "./resource-kind.ts";
import { asList, isObject, isUnknown, type Properties, same, UNKNOWN, type Value } from "./values.ts";

export type Difference = {
  plan: Plan;
  /** Properties whose value in the program is not that of the state. */
  changed: string[];
  /** The same and all that the cloud may set anew because of them: what the official provider reports. */
  diffs: string[];
  /** Those that replace the resource. */
  replaces: string[];
};

const sorted = (value: Value | undefined): Value =>
  asList(value).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

function asGiven(attribute: Attribute, value: Value | undefined): Value | undefined {
  return attribute.unordered && Array.isArray(value) ? sorted(value) : (value ?? undefined);
}

function plannedInputs(kind: ResourceKind, inputs: Properties, state: Properties | undefined): Plan {
  const plan: Plan = {};
  for (const [name, attribute] of Object.entries(kind.attributes)) {
    if (attribute.output) continue;
    const kept = attribute.computed === undefined ? undefined : state?.[name];
    const value = asGiven(attribute, inputs[name]) ?? attribute.fallback ?? kept;
    if (value !== undefined) plan[name] = value;
  }
  kind.settle?.(plan, state);
  return plan;
}

/** Leaves the values open that an API call may set: outputs, and computed inputs that the program does not give. */
function opened(kind: ResourceKind, plan: Plan, inputs: Properties, state: Properties | undefined): Plan {
  const open: Plan = { ...plan, id: state?.id ?? UNKNOWN };
  for (const [name, attribute] of Object.entries(kind.attributes)) {
    const isGiven = (inputs[name] ?? attribute.fallback) !== undefined;
    if (attribute.computed === undefined || isGiven) continue;
    const kept = attribute.computed === "kept" ? state?.[name] : undefined;
    open[name] = kept ?? UNKNOWN;
  }
  kind.unsettle?.(open);
  return open;
}

/** The plan of a new resource. */
export const planCreate = (kind: ResourceKind, inputs: Properties): Plan =>
  opened(kind, plannedInputs(kind, inputs, undefined), inputs, undefined);

/** The plan of an update that will be made, whatever changed. */
export const planUpdate = (kind: ResourceKind, inputs: Properties, state: Properties): Plan =>
  opened(kind, plannedInputs(kind, inputs, state), inputs, state);

/** Compares the program with the last known state, not with its last inputs: that is how drift found by a refresh gets repaired. */
export function difference(kind: ResourceKind, inputs: Properties, state: Properties): Difference {
  const plan = plannedInputs(kind, inputs, state);
  const settable = Object.entries(kind.attributes).filter(([, attribute]) => !attribute.output);
  const changed = settable
    .filter(([name, attribute]) => !same(asGiven(attribute, plan[name]), asGiven(attribute, state[name])))
    .map(([name]) => name);
  if (changed.length === 0) return { plan, changed, diffs: [], replaces: [] };
  const open = planUpdate(kind, inputs, state);
  const diffs = Object.keys(kind.attributes).filter(
    (name) => changed.includes(name) || !same(open[name], state[name]),
  );
  const { attributes } = kind;
  const replaces = diffs.filter(
    (name) => attributes[name]?.replaces && (changed.includes(name) || attributes[name].blamed),
  );
  return { plan: open, changed: changed.toSorted(), diffs: diffs.toSorted(), replaces: replaces.toSorted() };
}

/** The state after a call: the plan, its open places filled from the answer's result. What the answer lacks stays out. */
export function filled(plan: Value | undefined, answer: Value | undefined): Value | undefined {
  if (isUnknown(plan)) return answer === undefined || answer === null ? undefined : camelCased(answer);
  if (Array.isArray(plan)) {
    const answers = asList(answer);
    return plan.map((item, index) => filled(item, answers[index]) ?? null);
  }
  return isObject(plan) ? filledProperties(plan, answer) : plan;
}

export function filledProperties(plan: Plan, answer: Value | undefined): Properties {
  const answers = isObject(answer) ? answer : {};
  const state: Properties = {};
  for (const [name, value] of Object.entries(plan)) {
    const result = filled(value, answers[snakeName(name)]);
    if (result !== undefined && result !== null) state[name] = result;
  }
  return state;
}

/** A state with the answer's fields of the kind's own properties laid over it. */
export function overlaid(kind: ResourceKind, state: Properties, answer: Value | undefined): Properties {
  const result: Properties = { ...state };
  for (const [name, value] of Object.entries(isObject(answer) ? answer : {})) {
    const property = camelName(name);
    if (!(property in kind.attributes) || value === undefined) continue;
    if (value === null) delete result[property];
    else result[property] = camelCased(value);
  }
  return result;
}

/** Drops the fractions of seconds in the named properties, as the official provider's time type does. */
export function withWholeSeconds(properties: Properties, names: readonly string[]): Properties {
  const result = { ...properties };
  for (const name of names) {
    const time = result[name];
    if (typeof time === "string" && !isUnknown(time)) result[name] = wholeSeconds(time);
  }
  return result;
}
