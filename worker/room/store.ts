/** What a room keeps, as the heart sees it. Synchronous: a tick reads, decides, writes and sends in one turn. */
import type { Vector } from "./cursor.ts";
import type { ChatMessage, Deletion } from "./protocol.ts";
import type { OriginHead } from "./resume.ts";

/** A message with its place. */
export type Entry = Omit<ChatMessage, "type" | "clientId">;

/** What is known of an id that was taken before, deleted or not. */
export interface Taken {
  readonly order: string;
  readonly timestamp: number;
}

export interface EntryLog {
  /** From now on `heads` names this origin, though it has no entry yet: cursors must be able to. */
  know(origin: string): void;
  append(entry: Entry): void;
  taken(id: string): Taken | undefined;
  heads(): readonly OriginHead[];
  /** The highest order held, deleted places included. */
  highest(): string | undefined;
  /** The newest that are not deleted, oldest first. */
  newest(limit: number): readonly Entry[];
  /** Below `before` (exclusive) and among the newest `visible` places; oldest first; not deleted. */
  page(before: string | undefined, limit: number, visible: number): readonly Entry[];
  /** How many of the newest `visible` places are not deleted. */
  count(visible: number): number;
  isEmpty(): boolean;
  /** At most `limit` entries above the vector in the room's order, not deleted. */
  after(vector: Vector, limit: number): readonly Entry[];
  deletionsAfter(vector: Vector): readonly Deletion[];
  /** The order of the newest entry of an origin up to a `seq`. */
  orderUpTo(origin: string, seq: number): string | undefined;
  /** Empties an entry, which keeps its place. `false`: no such id. `done`: it was deleted before. */
  remove(deletion: Deletion, at: number): "done" | boolean;
  /** The order of the n-th newest place, the newest being 1. */
  placeFromNewest(n: number): string | undefined;
  /** The order of the n-th oldest place. */
  placeFromOldest(n: number): string | undefined;
  /** Forgets places at or below the floor and deletions made before `deletedBefore` whose place is gone. */
  trim(floor: string, deletedBefore: number): number;
  /** Whether there are more places than that, so that some will have to go in time. */
  hasMoreThan(visible: number): boolean;
  /** Whether a deletion is kept whose place is gone. */
  hasLooseDeletions(): boolean;
}

export interface RoomStore {
  /** All or nothing. An error in `work` undoes its writes and passes on. */
  transaction<T>(work: () => T): T;
  readonly facts: {
    get(key: FactKey): string | undefined;
    set(key: FactKey, value: string | undefined): void;
  };
  readonly log: EntryLog;
  readonly rates: {
    times(userId: string): readonly number[];
    save(userId: string, times: readonly number[]): void;
    /** Forgets users whose last accepted message is older. */
    forgetBefore(time: number): void;
  };
  readonly bans: {
    /** Unix ms. */
    until(userId: string): number | undefined;
    set(userId: string, until: number): void;
    forgetBefore(time: number): void;
    /** The next one to end. */
    earliest(): number | undefined;
  };
  readonly jobs: {
    all(): ReadonlyMap<string, number>;
    set(job: string, due: number): void;
    remove(job: string): void;
  };
}

/** Single values of a room. New ones may be added; an older version ignores them. */
export type FactKey =
  | "room"
  | "region"
  | "origin"
  | "floor"
  /** When the alarm is set for, Unix ms. */
  | "alarm"
  /** Counts since the last data point, JSON. */
  | "counters"
  /** When the directory was last written, Unix ms, and with how many users. */
  | "directoryAt"
  | "directoryUsers";
