/** What a replica needs of the room that it belongs to. */
import type { Bundle } from "./bundle.ts";
import type { Committer } from "./commit.ts";
import type { Coming } from "./everybody.ts";
import type { Host, RoomSettings } from "./host.ts";
import type { Ban } from "./hub-port.ts";
import type { Life } from "./life.ts";
import type { Members } from "./members.ts";
import type { Clock } from "./order.ts";
import type { Notice } from "./protocol.ts";
import type { Job } from "./schedule.ts";
import type { RoomStore } from "./store.ts";
import type { Arrival } from "./take.ts";

export interface Surroundings {
  readonly life: Life;
  readonly store: RoomStore;
  readonly host: Host;
  readonly settings: RoomSettings;
  readonly clock: Clock;
  readonly committer: Committer;
  readonly members: Members;
  readonly schedule: (job: Job, due: number) => void;
  /** People are to see this, with the next tick. */
  readonly arrived: (arrivals: readonly Arrival[]) => void;
  readonly came: (changes: readonly Coming[]) => void;
  readonly typing: (typists: NonNullable<Bundle["typing"]>) => void;
  readonly notice: (code: Notice["code"]) => void;
  /** The region is closing: its connections are to go elsewhere. */
  readonly moveOut: () => void;
  /** Of these users, the connections that nobody hears of any more end. */
  readonly dropGhosts: (userIds: readonly string[]) => void;
  readonly ban: (ban: Ban) => void;
  readonly kick: (userId: string) => number;
  /** Something was written that may go in time. */
  readonly wrote: () => void;
}
