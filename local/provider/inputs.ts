import type { Attribute, ResourceKind } from "./resource-kind.ts";
import { asList, isObject, isUnknown, type Properties, type Value } from "./values.ts";

const TYPE_NAMES = { string: "String", boolean: "Boolean", number: "Number", list: "List", object: "Map" };

function hasType(attribute: Attribute, value: Value): boolean {
  if (isUnknown(value)) return true;
  if (attribute.type === "list") return Array.isArray(value);
  if (attribute.type === "object") return isObject(value);
  return typeof value === attribute.type;
}

/** The inputs that the schema knows; a misspelt one is dropped without a word, as the official provider does. */
export function knownInputs(kind: ResourceKind, inputs: Properties): Properties {
  const known: Properties = {};
  for (const [name, attribute] of Object.entries(kind.attributes)) {
    const value = inputs[name];
    if (!attribute.output && value !== undefined && value !== null) known[name] = value;
  }
  return known;
}

/** @throws Error in the official provider's words for the first input of a wrong type. */
export function requireTypes(kind: ResourceKind, inputs: Properties): void {
  for (const [name, attribute] of Object.entries(kind.attributes)) {
    const value = inputs[name];
    if (value === undefined || value === null || hasType(attribute, value)) continue;
    const type = TYPE_NAMES[attribute.type];
    throw new Error(
      `cannot encode resource inputs to call ValidateResourceConfig: objectEncoder failed on property "${name}": Expected a ${type}`,
    );
  }
}

export const missing = (path: string, description: string): string =>
  `Missing required property '${path}': ${description}`;

/** The text for a value outside a closed set. `attribute` is the schema's path, `property` Pulumi's. */
export function notOneOf(
  attribute: string,
  allowed: readonly string[],
  value: string,
  resource: string,
  property: string,
): string {
  const list = allowed.map((item) => JSON.stringify(item)).join(" ");
  return `Invalid Attribute Value Match. Attribute ${attribute} value must be one of: [${list}], got: ${JSON.stringify(value)}. Examine values at '${resource}.${property}'.`;
}

const unmodelled = (kind: ResourceKind, name: string): string =>
  `The stand-in provider of the local account does not model '${name}' of ${kind.token.split(":").at(-1)}: leave it out, or use the official plugin.`;

/** Missing properties, properties that are not modelled, and values outside their closed set. */
export function schemaFailures(kind: ResourceKind, inputs: Properties, resource: string): string[] {
  return Object.entries(kind.attributes).flatMap(([name, attribute]) => {
    const value = inputs[name];
    if (value === undefined || value === null) {
      return attribute.required === undefined ? [] : [missing(name, attribute.required)];
    }
    if (attribute.unmodelled) return [unmodelled(kind, name)];
    const allowed = attribute.oneOf;
    if (allowed === undefined || typeof value !== "string" || isUnknown(value)) return [];
    if (allowed.includes(value.toLowerCase())) return [];
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [notOneOf(snake, allowed, value, resource, name)];
  });
}

function restrictedValue(value: Value, like: Value | undefined): Value {
  if (Array.isArray(value) && Array.isArray(like)) {
    return value.slice(0, like.length).map((item, index) => restrictedValue(item, like[index]));
  }
  return isObject(value) && isObject(like) ? restricted(value, like) : value;
}

/** Of a refreshed state that which the program had given: the new inputs of the resource. */
export function restricted(state: Properties, inputs: Properties): Properties {
  const result: Properties = {};
  for (const name of Object.keys(inputs)) {
    const value = state[name];
    if (value !== undefined && value !== null) result[name] = restrictedValue(value, inputs[name]);
  }
  return result;
}

const isZero = (value: Value): boolean =>
  value === null ||
  value === false ||
  value === "" ||
  value === 0 ||
  (Array.isArray(value) && asList(value).length === 0);

/** The inputs that an imported state stands for: all that a program could give and that is not empty. */
export function importedInputs(kind: ResourceKind, state: Properties): Properties {
  const result: Properties = {};
  for (const [name, attribute] of Object.entries(kind.attributes)) {
    const value = state[name];
    if (attribute.output || value === undefined || value === null) continue;
    if (attribute.required !== undefined || !isZero(value)) result[name] = value;
  }
  return result;
}
