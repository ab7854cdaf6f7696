/** What a hub does by itself, none of it while there is nothing to do. */
import { DIRECTORY_INTERVAL_MS, DIRECTORY_REFRESH_MS, JOB_RETRY_MS } from "../limits.ts";
import type { Again, Jobs } from "../schedule.ts";
import type { Capacity } from "./capacity.ts";
import { drain } from "./drain.ts";
import type { Inquiry } from "./inquiry.ts";
import { CLEANUP_AFTER_MS } from "./limits.ts";
import type { HubJob, Office } from "./office.ts";

/** @param forget runs in the turn in which the hub's storage goes */
export const jobsOf = (
  office: Office,
  capacity: Capacity,
  inquiry: Inquiry,
  forget: () => void,
): Jobs<HubJob> => ({
  notices: () => office.notices.run(),
  drain: () => drain(office, inquiry),
  recall: async () => ((await capacity.shrink()) ? office.host.now() + JOB_RETRY_MS : undefined),
  directory: () => writeDirectory(office, inquiry),
  bans: () => forgetBans(office),
  cleanup: () => cleanUp(office, inquiry, forget),
});

async function writeDirectory({ room, store, host, registry }: Office, inquiry: Inquiry): Promise<Again> {
  const now = host.now();
  const last = Number(store.facts.get("directoryAt") ?? 0);
  if (now < last + DIRECTORY_INTERVAL_MS && now >= last) return last + DIRECTORY_INTERVAL_MS;
  store.facts.set("directoryAt", String(now));
  // A replica tells of changes alone. One that died with its users tells nothing: it is asked.
  const silent = registry
    .members()
    .filter(({ users, heardAt }) => users > 0 && heardAt < now - DIRECTORY_REFRESH_MS / 2);
  await inquiry.askEach(silent.map(({ region }) => region));
  const present = registry.members().filter(({ users }) => users > 0);
  const users = present.reduce((sum, one) => sum + one.users, 0);
  await host.directory.write({ room, regions: present.map(({ region }) => region), users, at: host.now() });
  return users > 0 ? host.now() + DIRECTORY_REFRESH_MS : undefined;
}

/** A ban that ended is still told to members who know an earlier, longer one. */
function forgetBans({ store, host, registry }: Office): Again {
  const taken = registry.members().map(({ bansTaken }) => bansTaken);
  store.bans.forget(host.now(), Math.min(store.bans.lastStamp(), ...taken));
  const next = store.bans.earliest();
  return next === undefined ? undefined : Math.max(next, host.now() + JOB_RETRY_MS);
}

/** Where every replica forgot its room, the hub does too. */
async function cleanUp(
  { store, host, registry }: Office,
  inquiry: Inquiry,
  forget: () => void,
): Promise<Again> {
  if (registry.members().some(({ connections }) => connections > 0)) return undefined;
  const banned = store.bans.earliest();
  if (banned !== undefined) return Math.max(banned, host.now()) + CLEANUP_AFTER_MS;
  const reports = await inquiry.askEach(store.replicas.all().map(({ region }) => region));
  if (store.replicas.all().length === 0 && store.bans.earliest() === undefined) {
    forget();
    await host.destroy();
    return "gone";
  }
  const kept = reports.some(
    (report) => report?.founded && Object.values(report.vector).some((seq) => seq > 0),
  );
  return kept ? undefined : host.now() + CLEANUP_AFTER_MS;
}
