/** A hub begins: with what every replica said, or anew from it after its storage was lost. */
import type { ReplicaReport } from "../hub-port.ts";
import { NO_MEMBERSHIP } from "../membership.ts";
import { mergeBans } from "./ban-book.ts";
import { newestOf } from "./census.ts";
import type { HubHost } from "./hub-host.ts";
import type { HubStore } from "./hub-store.ts";
import { REMOVAL_GRACE_MS } from "./limits.ts";
import type { Registry } from "./registry.ts";

/** In the transaction in which the storage is made. */
export function establish(
  room: string,
  reports: ReadonlyMap<string, ReplicaReport>,
  store: HubStore,
  host: HubHost,
  registry: Registry,
): void {
  const now = host.now();
  const founded = [...reports].flatMap(([region, report]) => (report.founded ? [{ ...report, region }] : []));
  const newest = newestOf(
    founded.map(({ membership }) => membership),
    NO_MEMBERSHIP,
  );
  const leaving = new Set(newest.members.filter((member) => member.leaving).map(({ region }) => region));
  store.facts.set("room", room);
  store.facts.set("foundedAt", String(now));
  // Above whatever the hub of before may have said, also what is still under way: it counted up from an earlier time.
  store.facts.set("version", String(Math.max(newest.version + 1, now)));
  for (const { region, users, connections, bans, ...life } of founded) {
    const known = registry.adopt(region, life, true);
    const wasLeaving = known.missingSince > 0 && leaving.has(region);
    store.replicas.save({
      ...known,
      users,
      connections,
      ...(wasLeaving && { state: "leaving", missingSince: now - REMOVAL_GRACE_MS }),
    });
    mergeBans(store, bans);
  }
}
