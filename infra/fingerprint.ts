/** Digests: what a step or a set of inputs was, without keeping the text. */
import { createHash } from "node:crypto";
import type { MigrationStep, StepDigest } from "./plan/migration-steps.ts";

/** JSON with sorted keys: the same value always gives the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inside]) => inside !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inside]) => `${JSON.stringify(key)}:${canonical(inside)}`).join(",")}}`;
}

/** Hex sha-256 of a value's canonical JSON. One that covers a secret is itself kept secret. */
export const fingerprint = (value: unknown): string =>
  createHash("sha256").update(canonical(value)).digest("hex");

export const digests = (history: readonly MigrationStep[]): StepDigest[] =>
  history.map((step) => ({ tag: step.tag, sha256: fingerprint(step) }));
