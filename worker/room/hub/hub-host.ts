/** What a hub needs of the world: the shell gives the real one, tests and the simulation theirs. */
import type { HubNotice } from "../hub-port.ts";

/** The room's replicas, as their hub calls them. Rejects where one is not reached, or not within `deadlineMs`. */
export interface Replicas {
  /** The answer as it came: `reportSchema` judges it. */
  report(region: string, room: string, deadlineMs: number): Promise<unknown>;
  /** Likewise, `noticedSchema`. */
  notice(region: string, room: string, notice: HubNotice, deadlineMs: number): Promise<unknown>;
}

/** A room's line in the directory. */
export interface RoomEntry {
  readonly room: string;
  /** Where its users are. */
  readonly regions: readonly string[];
  /** 0 takes the room out. */
  readonly users: number;
  /** Unix ms. */
  readonly at: number;
}

export interface HubHost {
  /** Unix ms. */
  now(): number;
  /** Sets the object's one alarm. */
  arm(at: number): void;
  /** One structured line. */
  log(event: string, facts: Readonly<Record<string, string | number | boolean | undefined>>): void;
  readonly directory: { write(entry: RoomEntry): Promise<void> };
  readonly replicas: Replicas;
  /** Forgets everything that the hub ever stored. */
  destroy(): Promise<void>;
}

export interface HubSettings {
  /** Where the room may have replicas. */
  readonly regions: readonly string[];
  /** Those of them that are given up: they leave once they are drained. */
  readonly closed?: readonly string[] | undefined;
  /** Connections to the room, over all regions. */
  readonly connectionsPerRoom: number;
}
