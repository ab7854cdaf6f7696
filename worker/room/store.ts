/** What a room keeps, as the heart sees it. Synchronous: a tick reads, decides, writes and sends in one turn. */
import type { BundleDeletion, BundleEntry, BundleMove } from "./bundle.ts";
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
  /** Within a transaction it may be written as late as the next read, together with others. */
  append(entry: Entry): void;
  /** What is known of those ids that were taken before. */
  taken(ids: readonly string[]): ReadonlyMap<string, Taken>;
  heads(): readonly OriginHead[];
  /** The highest order, deleted places included, held ones not. */
  highest(): string | undefined;
  /** The highest order of one origin. */
  highestOf(origin: string): string | undefined;
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
  /** The order of the newest visible entry of an origin up to a `seq`. */
  orderUpTo(origin: string, seq: number): string | undefined;
  /** Empties an entry, which keeps its place. `false`: no such id. `done`: it was deleted before. */
  remove(deletion: Deletion, at: number, until: string): "done" | boolean;
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

/** Something in an origin's log, in the shape in which replicas hand it on. */
export type LogEvent =
  | { readonly kind: "entry"; readonly event: BundleEntry }
  | { readonly kind: "deletion"; readonly event: BundleDeletion }
  | { readonly kind: "move"; readonly event: BundleMove };

/** 0 a message, 1 deleted, 2 moved, 3 held. */
export type PlaceState = 0 | 1 | 2 | 3;

/** The one copy of an id that is not moved. */
export interface Copy {
  readonly order: string;
  readonly origin: string;
  readonly seq: number;
  readonly state: PlaceState;
}

/** What only a room of several replicas does to its log. */
export interface ReplicaLog {
  /** At most `limit` places and events of an origin above `after`, by `seq`. */
  eventsAfter(origin: string, after: number, limit: number): readonly LogEvent[];
  /** The origin is held up to `seq` without a hole, of which everything to `trimmed` may be missing. */
  raise(origin: string, seq: number, trimmed: number): void;
  put(entry: Entry, state: PlaceState): void;
  copyOf(id: string): Copy | undefined;
  /** Empties the copy at this order: it is moved. */
  move(order: string): void;
  isDeleted(id: string): boolean;
  isMarked(order: string): boolean;
  /** Stores a deletion and empties what it names. */
  delete(deletion: BundleDeletion): void;
  mark(move: BundleMove): void;
  /** Empties copies that lost against one at or below the floor. Gives those that were seen, as gone by the move. */
  settleMoves(floor: string): readonly Deletion[];
  earliestHeld(): string | undefined;
  /** Held entries up to an order become visible: the entries, by order, and deletions that hid behind them. */
  release(upTo: string): { entries: readonly Entry[]; deletions: readonly Deletion[] };
  /** Forgets origins with nothing in the log, beyond so many, the oldest first, none that `keep` names. */
  forgetOrigins(count: number, keep: ReadonlySet<string>): void;
}

/** What is remembered of a peer. */
export interface PeerRow {
  readonly region: string;
  readonly origin: string;
  readonly vector: Vector;
  /** Failed calls in a row. */
  readonly attempts: number;
  /** Unix ms, 0: not failing. */
  readonly failingSince: number;
  /** When it is to be called, Unix ms, 0: no need. */
  readonly due: number;
}

export interface RoomStore {
  /** All or nothing. An error in `work` undoes its writes and passes on. */
  transaction<T>(work: () => T): T;
  readonly facts: {
    get(key: FactKey): string | undefined;
    set(key: FactKey, value: string | undefined): void;
  };
  readonly log: EntryLog;
  readonly replica: ReplicaLog;
  readonly peers: {
    all(): readonly PeerRow[];
    save(peer: PeerRow): void;
    remove(region: string): void;
  };
  readonly rates: {
    times(userId: string): readonly number[];
    save(times: ReadonlyMap<string, readonly number[]>): void;
    /** Forgets users whose last accepted message is older. */
    forgetBefore(time: number): void;
  };
  readonly bans: {
    /** Unix ms. */
    until(userId: string): number | undefined;
    set(userId: string, until: number, at: number): void;
    all(): readonly { readonly userId: string; readonly until: number; readonly at: number }[];
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
  | "directoryUsers"
  /** What the hub last said, JSON. */
  | "membership"
  /** Slots: JSON. Stored from the moment at which the hub governs the room. */
  | "claim"
  /** The origin under which the hub knows us. */
  | "registered"
  /** ms that our clock is ahead of a peer's. */
  | "ahead";
