/** A region that was taken out of the settings goes when it has no user and every other member has all that it has. */
import type { ReplicaReport } from "../hub-port.ts";
import type { Again } from "../schedule.ts";
import type { Inquiry } from "./inquiry.ts";
import { DRAIN_INTERVAL_MS, DRAIN_LONGEST_MS } from "./limits.ts";
import type { Office } from "./office.ts";

type Founded = Extract<ReplicaReport, { founded: true }>;

/** Whether everything that `leaving` holds is held by each of the others, of which there must be one. */
export function isDrained(leaving: Founded, others: readonly Founded[]): boolean {
  if (leaving.connections > 0 || leaving.holds > 0) return false;
  const held = Object.entries(leaving.vector).filter(([, seq]) => seq > 0);
  if (held.length === 0) return true;
  return (
    others.length > 0 &&
    others.every(({ vector }) => held.every(([origin, seq]) => (vector[origin] ?? 0) >= seq))
  );
}

export async function drain(
  { registry, store, host, room, notices }: Office,
  inquiry: Inquiry,
): Promise<Again> {
  const next = registry.reconcile();
  const members = registry.members();
  const leaving = members.filter(({ state }) => state === "leaving");
  // Without anybody who stays there is nothing to wait for: whoever comes changes the membership, and that begins anew.
  if (leaving.length === 0 || leaving.length === members.length) return next;
  const slots = leaving.filter(({ bound }) => bound > 0);
  await Promise.allSettled(slots.map(({ region }) => notices.tell(region, { recall: true })));
  const reports = await inquiry.askEach(members.map(({ region }) => region));
  const heard = new Map(members.map(({ region }, index) => [region, reports[index]]));
  // Leaving ones hold it too until they are gone, but whoever stays must.
  const staying = members.filter(({ state }) => state === "member").map(({ region }) => heard.get(region));
  const founded = staying.flatMap((report) => (report?.founded ? [report] : []));
  if (!staying.includes(undefined))
    for (const { region, origin } of leaving) {
      const report = heard.get(region);
      if (!report?.founded || report.origin !== origin || !isDrained(report, founded)) continue;
      registry.change(() => {
        const known = store.replicas.get(region);
        // A claim that came meanwhile says that somebody is there after all.
        if (known === undefined || known.n !== report.n || known.bound > 0) return;
        store.replicas.save({ ...known, state: "left", users: 0, connections: 0, tries: 0, retryAt: 0 });
        host.log("region_left", { room, region });
      });
    }
  const tries = Number(store.facts.get("drainTries") ?? 0);
  store.facts.set("drainTries", String(tries + 1));
  const open = registry.members().some(({ state }) => state === "leaving");
  return open ? host.now() + Math.min(DRAIN_LONGEST_MS, DRAIN_INTERVAL_MS * 2 ** tries) : next;
}
