/** Version vectors: per origin, how far its log is held (or shown) without a hole. */
import type { Vector } from "./cursor.ts";

export type { Vector };

export const EMPTY_VECTOR: Vector = new Map();

export const vectorRecord = (vector: Vector): Record<string, number> => Object.fromEntries(vector);

export const vectorOf = (record: Readonly<Record<string, number>>): Vector => new Map(Object.entries(record));

/** For storage. */
export const vectorText = (vector: Vector): string => JSON.stringify(vectorRecord(vector));

/** What another version wrote and we cannot read is an empty vector: it only costs sending again. */
export function vectorFrom(text: string): Vector {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return EMPTY_VECTOR;
    return new Map(
      Object.entries(value).flatMap(([origin, seq]): [string, number][] =>
        typeof seq === "number" ? [[origin, seq]] : [],
      ),
    );
  } catch {
    return EMPTY_VECTOR;
  }
}

/** Per origin the higher of both. */
export function joined(a: Vector, b: Vector): Vector {
  const both = new Map(a);
  for (const [origin, seq] of b) if (seq > (both.get(origin) ?? -1)) both.set(origin, seq);
  return both;
}

/** Whether `a` holds all that `b` does. */
export function covers(a: Vector, b: Vector): boolean {
  for (const [origin, seq] of b) if (seq > (a.get(origin) ?? 0)) return false;
  return true;
}
