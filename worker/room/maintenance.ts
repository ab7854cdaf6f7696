/** The jobs behind the alarm: what a room does by itself, none of them while there is nothing to do. */
import type { Counters } from "./counters.ts";
import { raiseFloor } from "./floor.ts";
import type { Host, RoomSettings } from "./host.ts";
import {
  CLOCK_TOLERANCE_MS,
  DIRECTORY_INTERVAL_MS,
  DIRECTORY_REFRESH_MS,
  RATE_WINDOW_MS,
  TRIM_INTERVAL_MS,
  TRIM_PART_MS,
  TRIM_PLACES,
} from "./limits.ts";
import type { Members } from "./members.ts";
import { msOf, ORDER_ZERO } from "./order.ts";
import type { Replica } from "./replica.ts";
import type { Again, Jobs } from "./schedule.ts";
import type { RoomStore } from "./store.ts";

export interface Premises {
  readonly room: string;
  readonly region: string;
  readonly store: RoomStore;
  readonly members: Members;
  readonly replica: Replica;
  readonly counters: Counters;
  readonly host: Host;
  readonly settings: RoomSettings;
}

/** ms that everything is kept at least. A `clientId` may be ahead of our clock, and must still find its first copy. */
export const keptMs = (retentionMs: number): number => retentionMs + CLOCK_TOLERANCE_MS;

export const jobsOf = (premises: Premises): Jobs => ({
  trim: () => premises.store.transaction(() => trim(premises)),
  directory: () => writeDirectory(premises),
  metrics: () => measure(premises),
  bans: () => {
    premises.store.bans.forgetBefore(premises.host.now());
    return premises.store.bans.earliest();
  },
  cleanup: () => cleanUp(premises),
  ...premises.replica.jobs,
});

function trim({ store, host, replica, settings }: Premises): number | undefined {
  const { visibleMessages, retentionMs } = settings.limits;
  const now = host.now();
  const before = store.facts.get("floor") ?? ORDER_ZERO;
  const slowest = now - replica.aheadMs;
  const target = raiseFloor(before, store.log.placeFromNewest(visibleMessages + 1), slowest, retentionMs);
  const part = store.log.placeFromOldest(TRIM_PLACES);
  const floor = part !== undefined && part < target && part > before ? part : target;
  if (floor !== before) {
    store.facts.set("floor", floor);
    replica.settleMoves(floor);
  }
  store.log.trim(floor, now - keptMs(retentionMs));
  replica.forgetOrigins();
  store.rates.forgetBefore(now - RATE_WINDOW_MS);
  if (floor < target) return now + TRIM_PART_MS;
  const oldest = store.log.hasMoreThan(visibleMessages) ? store.log.placeFromOldest(1) : undefined;
  if (oldest !== undefined)
    return Math.max(now + TRIM_INTERVAL_MS, msOf(oldest) + replica.aheadMs + keptMs(retentionMs));
  return store.log.hasLooseDeletions() ? now + keptMs(retentionMs) : undefined;
}

async function writeDirectory({
  room,
  region,
  store,
  members,
  replica,
  host,
}: Premises): Promise<number | undefined> {
  const now = host.now();
  const last = Number(store.facts.get("directoryAt") ?? 0);
  if (now < last + DIRECTORY_INTERVAL_MS && now >= last) return last + DIRECTORY_INTERVAL_MS;
  const users = members.userCount;
  store.facts.set("directoryAt", String(now));
  if (replica.slots.governed) await replica.attend(now);
  else await host.directory.write({ room, region, users, at: now });
  store.facts.set("directoryUsers", String(users));
  return users > 0 ? now + DIRECTORY_REFRESH_MS : undefined;
}

function measure({ room, region, store, members, counters, host, settings }: Premises): undefined {
  const point = {
    room,
    region,
    version: settings.version,
    users: members.userCount,
    connections: members.connections.size,
    counts: counters.take(),
  };
  store.facts.set("counters", undefined);
  host.measure(point);
}

/** A room in which nobody ever wrote leaves nothing behind. */
async function cleanUp({ store, members, replica, host }: Premises): Promise<Again> {
  if (members.connections.size > 0 || !store.log.isEmpty()) return undefined;
  const bans = store.bans.earliest();
  if (bans !== undefined && bans > host.now()) return bans;
  replica.end();
  await host.destroy();
  return "gone";
}
