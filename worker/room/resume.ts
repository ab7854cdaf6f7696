/** Whether a client's cursor can be continued from what the room still holds. */
import type { Cursor, Vector } from "./cursor.ts";

/** What the room knows of one origin. */
export interface OriginHead {
  readonly origin: string;
  /** Up to where its log is held: the highest `seq` of an entry or another event. */
  readonly seq: number;
  /** Highest `seq` that was trimmed, 0 for none. */
  readonly trimmed: number;
  /** Highest `seq` below which no entry is held back: what a cursor may say. */
  readonly shown: number;
}

/**
 * The vector to continue after; undefined when something between the cursor and now is not held any more, or when the
 * cursor has seen of an origin what we do not hold and never will.
 *
 * A cursor may be ahead of us: the client was in another region. What it saw there comes here later, is delivered to it
 * a second time, and replaces itself, since the cursor that we return names only what we hold.
 * @param mayCome whether what we lack of the origin may still come from another replica
 */
export function continueFrom(
  cursor: Cursor,
  heads: readonly OriginHead[],
  mayCome: (origin: string) => boolean,
): Vector | undefined {
  const byOrigin = new Map(heads.map((head) => [head.origin, head]));
  for (const [origin, seq] of cursor.seen)
    if (seq > (byOrigin.get(origin)?.seq ?? -1) && !mayCome(origin)) return undefined;
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
