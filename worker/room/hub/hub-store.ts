/** What a hub keeps, as the heart sees it. Synchronous, like a room's. */
import type { Ban } from "../hub-port.ts";
import type { ScheduleStore } from "../schedule.ts";

/** A region's replica, as the hub knows it. */
export interface Known {
  readonly region: string;
  readonly origin: string;
  /** The number of its last claim. */
  readonly n: number;
  /** That claim answered a question of ours, so no answer of ours is under way to it. */
  readonly solicited: boolean;
  /** Slots that it can have at most. */
  readonly bound: number;
  /** `left`: no member any more, and still to be told so. `out`: told. */
  readonly state: "member" | "leaving" | "left" | "out";
  /** Since when the settings do not name the region, Unix ms; 0: they do. */
  readonly missingSince: number;
  readonly users: number;
  readonly connections: number;
  /** When it counted them, Unix ms by its clock, not after ours. */
  readonly countedAt: number;
  /** When it last told or was asked, Unix ms. */
  readonly heardAt: number;
  /** The version of the membership that it has. */
  readonly version: number;
  /** It has every ban up to this stamp. */
  readonly bansTaken: number;
  /** Failed tries in a row to tell it something, and when the next is due, Unix ms. */
  readonly tries: number;
  readonly retryAt: number;
}

/** A ban with the hub's own number: rising with each that it takes. */
export interface StampedBan extends Ban {
  readonly stamp: number;
}

/** A user whose connections in a region are still to be closed. */
export interface Kick {
  readonly region: string;
  readonly userId: string;
  /** Unix ms: when it is given up, or needed no more. */
  readonly until: number;
}

export interface HubStore extends ScheduleStore {
  /** False: nothing is stored, so that nobody may rely on what this hub knows. */
  readonly founded: boolean;
  /** Makes the tables. In a transaction with what is first written to them. */
  found(): void;
  /** All or nothing. An error in `work` undoes its writes and passes on. */
  transaction<T>(work: () => T): T;
  readonly facts: {
    get(key: HubFact): string | undefined;
    set(key: HubFact, value: string | undefined): void;
  };
  readonly replicas: {
    /** By region. */
    all(): readonly Known[];
    get(region: string): Known | undefined;
    save(known: Known): void;
    remove(region: string): void;
  };
  readonly bans: {
    of(userId: string): StampedBan | undefined;
    save(ban: StampedBan): void;
    /** Above a stamp, in their order. */
    after(stamp: number, limit: number): readonly StampedBan[];
    /** The highest stamp given, also to bans that are forgotten. */
    lastStamp(): number;
    /** Those that end after `time`. */
    endingAfter(time: number): readonly Ban[];
    /** Forgets those that ended by `time` and have a stamp up to `stamp`. */
    forget(time: number, stamp: number): void;
    /** The next one to end. */
    earliest(): number | undefined;
  };
  readonly kicks: {
    of(region: string): readonly Kick[];
    save(kick: Kick): void;
    remove(region: string, userIds: readonly string[]): void;
    forgetBefore(time: number): void;
  };
}

/** Single values of a hub. */
export type HubFact =
  | "room"
  /** Unix ms. */
  | "foundedAt"
  /** Of the membership. */
  | "version"
  /** Looks at whether a region that leaves is drained, since the membership changed. */
  | "drainTries"
  /** The last stamp of a ban. */
  | "stamp"
  /** When the alarm is set for, Unix ms. */
  | "alarm"
  /** When the directory was last written, Unix ms. */
  | "directoryAt";
