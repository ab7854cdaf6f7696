import { isObject, type Properties, type Value } from "./values.ts";

/** `migrationTag` → `migration_tag`: the API speaks snake case, Pulumi camel case. */
export const snakeName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `workers/triggered_by` → `workersTriggeredBy`: annotations are named by paths. */
export const camelName = (name: string): string =>
  name.replace(/[_/]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function renamed(value: Value, rename: (name: string) => string): Value {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (!isObject(value)) return value;
  const result: Properties = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== undefined && inner !== null) result[rename(name)] = renamed(inner, rename);
  }
  return result;
}

export const snakeCased = (value: Value): Value => renamed(value, snakeName);

/** An answer of the API as Pulumi outputs; `null` is left out, as the official provider does. */
export const camelCased = (value: Value): Value => renamed(value, camelName);

/** RFC 3339 without the fraction: the form in which the official provider keeps times of scripts and zones. */
export const wholeSeconds = (time: string): string => time.replace(/\.\d+(?=Z|[+-]\d)/, "");
