import { Refused } from "./refused.ts";

export interface NumberRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Used when the parameter is missing. */
  readonly fallback: number;
}

/** A whole number from the query. @throws {Refused} `bad_request`, naming what is allowed */
export function wholeNumber(query: URLSearchParams, { name, min, max, fallback }: NumberRule): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Refused(
    "bad_request",
    `${name} must be a whole number from ${min} to ${max} (default ${fallback}).`,
  );
}
