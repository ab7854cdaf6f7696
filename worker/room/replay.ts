/** What a client gets to read when it comes in: the recent messages, or all that it missed. */
import { encodeCursor, parseCursor, type Vector } from "./cursor.ts";
import { RESUME_ENTRIES, WELCOME_ENTRIES } from "./limits.ts";
import { laterOf, ORDER_ZERO } from "./order.ts";
import type { Deletion } from "./protocol.ts";
import { advance, continueFrom } from "./resume.ts";
import type { Entry, EntryLog } from "./store.ts";

export interface Replay {
  readonly recovered: boolean;
  /** For the `welcome`. */
  readonly entries: readonly Entry[];
  /** Right after it. */
  readonly rest: readonly Entry[];
  readonly deleted: readonly Deletion[];
  /** After `entries`: a client ignores what is at or below its cursor, so `rest` must lie above. */
  readonly cursor: string;
}

const shownBy = (log: EntryLog): Vector => new Map(log.heads().map(({ origin, shown }) => [origin, shown]));

export function startAfresh(log: EntryLog, recent: number): Replay {
  return {
    recovered: false,
    entries: log.newest(recent),
    rest: [],
    deleted: [],
    cursor: encodeCursor({ seen: shownBy(log), order: log.highest() ?? ORDER_ZERO }),
  };
}

/** Every kept entry and deletion after the cursor, or undefined when that would not be all of them. */
export function replayFrom(
  log: EntryLog,
  since: string,
  mayCome: (origin: string) => boolean = () => false,
): Replay | undefined {
  const cursor = parseCursor(since);
  if (cursor === undefined) return undefined;
  const after = continueFrom(cursor, log.heads(), mayCome);
  if (after === undefined) return undefined;
  // The storage went back in time and other entries took these places: the client has seen a life that is lost.
  for (const [origin, seq] of cursor.seen)
    if ((log.orderUpTo(origin, seq) ?? ORDER_ZERO) > cursor.order) return undefined;

  const missed = log.after(after, RESUME_ENTRIES + 1);
  if (missed.length > RESUME_ENTRIES) return undefined;
  const entries = missed.slice(0, WELCOME_ENTRIES);
  const rest = missed.slice(WELCOME_ENTRIES);
  const shown = shownBy(log);
  const order = (rest.length > 0 ? entries.at(-1)?.order : log.highest()) ?? ORDER_ZERO;
  return {
    recovered: true,
    entries,
    rest,
    deleted: log.deletionsAfter(after),
    cursor: encodeCursor({
      seen: rest.length > 0 ? advance(lowerOf(after, shown), entries) : shown,
      order: laterOf(order, cursor.order),
    }),
  };
}

/** Per origin of `b` the lower of both. */
const lowerOf = (a: Vector, b: Vector): Vector =>
  new Map([...b].map(([origin, seq]) => [origin, Math.min(seq, a.get(origin) ?? 0)]));
