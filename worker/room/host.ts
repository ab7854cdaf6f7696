/** What a room needs of the world: the shell gives the real one, tests a clock that they turn by hand. */
import type { ChatLimits } from "../bindings.ts";
import type { Counts } from "./counters.ts";

export interface Host {
  /** Unix ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Runs once after `ms`; never longer away than the next tick, and none while idle. Returns how to cancel it. */
  later(ms: number, run: () => void): () => void;
  /** Sets the object's one alarm. */
  arm(at: number): void;
  /** One structured line. Never a message's text. */
  log(event: string, facts: Readonly<Record<string, string | number | boolean | undefined>>): void;
  readonly directory: {
    /** The room's entry; users 0 takes it out. */
    write(entry: DirectoryFacts): Promise<void>;
  };
  /** One data point. Never throws. */
  measure(point: RoomPoint): void;
  /** Forgets everything that the room ever stored, and the room itself. */
  destroy(): Promise<void>;
}

export interface DirectoryFacts {
  readonly room: string;
  readonly region: string;
  readonly users: number;
  readonly at: number;
}

export interface RoomPoint {
  readonly room: string;
  readonly region: string;
  readonly version: string;
  readonly users: number;
  readonly connections: number;
  readonly counts: Counts;
}

export interface RoomSettings {
  readonly limits: ChatLimits;
  /** The code that runs. */
  readonly version: string;
}
