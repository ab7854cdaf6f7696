/** A run in words. The provider's own diff shows all bindings as one `[secret]`, so plain settings are compared here. */
import type { ClassFate } from "./migration-steps.ts";

/** Settings by path (`limits.messagesPerMinute`), each as JSON. */
export type Flat = Readonly<Record<string, string>>;

/** Flattens objects; a list stays one value, because its places mean nothing. */
export function flatten(value: unknown, path = ""): Flat {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { [path]: JSON.stringify(value) };
  const flat: Record<string, string> = {};
  for (const [key, inside] of Object.entries(value))
    Object.assign(flat, flatten(inside, path === "" ? key : `${path}.${key}`));
  return flat;
}

const paths = (before: Flat, after: Flat): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();

/** One line for each plain setting that changes. */
export const changedSettings = (before: Flat, after: Flat): string[] =>
  paths(before, after)
    .filter((path) => before[path] !== after[path])
    .map((path) => `${path}: ${before[path] ?? "not set"} → ${after[path] ?? "not set"}`);

/** Stands for the digest of a secret that the script keeps: nobody here knows its value. */
export const KEPT = "kept";

/** One line for each secret that changes; its value is a digest and is not shown. */
export const changedSecrets = (before: Flat, after: Flat): string[] =>
  paths(before, after)
    .filter((name) => before[name] !== after[name])
    .map((name) => {
      const how =
        after[name] === undefined
          ? "is removed"
          : after[name] === KEPT
            ? "stays as the script has it"
            : before[name] === undefined
              ? "is set"
              : "changes";
      return `secret ${name} ${how}`;
    });

/** What becomes of a class's rooms. The word in capitals is the one not to overlook. */
export function fateLine(fate: ClassFate): string {
  switch (fate.fate) {
    case "keep":
      return `class ${fate.name}: keep`;
    case "create":
      return `class ${fate.name}: create`;
    case "rename":
      return `class ${fate.was}: rename ${fate.was} → ${fate.name} (data kept)`;
    case "delete":
      return `class ${fate.name}: DELETE (data lost)`;
    default:
      return fate satisfies never;
  }
}
