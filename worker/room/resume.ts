/** Whether a client's cursor can be continued from what the room still holds. */
import type { Cursor, Vector } from "./cursor.ts";

/** What the room knows of one origin. */
export interface OriginHead {
  readonly origin: string;
  /** Highest `seq` held, of an entry or a deletion. */
  readonly seq: number;
  /** Highest `seq` that was trimmed, 0 for none. */
  readonly trimmed: number;
}

/**
 * The vector to continue after; undefined when something between the cursor and now is not held any more, or when the
 * cursor knows of an origin, or a `seq` of it, that we do not (the storage was lost).
 */
export function continueFrom(cursor: Cursor, heads: readonly OriginHead[]): Vector | undefined {
  const byOrigin = new Map(heads.map((head) => [head.origin, head]));
  for (const [origin, seq] of cursor.seen) if (seq > (byOrigin.get(origin)?.seq ?? -1)) return undefined;
  const after = new Map<string, number>();
  for (const { origin, trimmed } of heads) {
    const seq = cursor.seen.get(origin) ?? 0;
    if (seq < trimmed) return undefined;
    after.set(origin, seq);
  }
  return after;
}

/** The vector after these entries as well. Entries of an origin come in the order of their `seq`. */
export function advance(after: Vector, entries: readonly { origin: string; seq: number }[]): Vector {
  const seen = new Map(after);
  for (const { origin, seq } of entries) seen.set(origin, Math.max(seq, seen.get(origin) ?? 0));
  return seen;
}
