/** What a room needs of the world: the shell gives the real one, tests a clock that they turn by hand. */
import type { ChatLimits } from "../bindings.ts";
import type { Counts } from "./counters.ts";
import type { HubPort } from "./hub-port.ts";
import type { Peers } from "./peers.ts";

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
  /** The room's other replicas. Nobody is called while the room has one region. */
  readonly peers: Peers;
  /** The room's control plane, likewise. */
  readonly hub: HubPort;
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
  /** The stack's regions. With more than one, the room is governed by its hub from now on. */
  readonly regions: readonly string[];
  /** The code that runs. */
  readonly version: string;
}
