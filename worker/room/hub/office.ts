/** Everything that a founded hub works with. */
import type { Schedule } from "../schedule.ts";
import type { HubHost, HubSettings } from "./hub-host.ts";
import type { HubStore } from "./hub-store.ts";
import type { Notices } from "./notices.ts";
import type { Registry } from "./registry.ts";

export type HubJob = "notices" | "drain" | "recall" | "directory" | "bans" | "cleanup";

export interface Office {
  readonly room: string;
  readonly store: HubStore;
  readonly host: HubHost;
  readonly settings: HubSettings;
  readonly registry: Registry;
  readonly notices: Notices;
  readonly schedule: Schedule<HubJob>;
}
