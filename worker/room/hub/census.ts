/**
 * What a hub with empty storage must hear before it may grant anything: every replica that can exist. Those are in the
 * configured regions, and in those that the members name which report.
 */
import * as v from "valibot";
import { type ReplicaReport, reportSchema } from "../hub-port.ts";
import type { Membership } from "../membership.ts";
import type { Replicas } from "./hub-host.ts";
import { REPORT_DEADLINE_MS } from "./limits.ts";

export async function askReport(replicas: Replicas, region: string, room: string): Promise<ReplicaReport> {
  return v.parse(reportSchema, await replicas.report(region, room, REPORT_DEADLINE_MS));
}

/**
 * Asks all in parallel, and then those whom they name.
 * @throws Error that names every region which did not answer: without each of them nothing is certain.
 */
export async function census(
  replicas: Replicas,
  room: string,
  regions: Iterable<string>,
): Promise<ReadonlyMap<string, ReplicaReport>> {
  const reports = new Map<string, ReplicaReport>();
  const asked = new Set<string>();
  const missing: string[] = [];
  let next = new Set(regions);
  while (next.size > 0) {
    const named = new Set<string>();
    const ask = async (region: string): Promise<void> => {
      asked.add(region);
      try {
        const report = await askReport(replicas, region, room);
        reports.set(region, report);
        for (const other of namedBy(report)) named.add(other);
      } catch (error) {
        missing.push(`${region} (${String(error)})`);
      }
    };
    await Promise.all([...next].map(ask));
    next = new Set([...named].filter((region) => !asked.has(region)));
  }
  if (missing.length > 0)
    throw new Error(`The hub of room ${room} is not ready: no report from ${missing.sort().join(", ")}`);
  return reports;
}

const namedBy = (report: ReplicaReport): string[] =>
  report.founded ? report.membership.members.map(({ region }) => region) : [];

/** The newest membership that a report or a caller knows. */
export const newestOf = (memberships: readonly Membership[], none: Membership): Membership =>
  memberships.reduce((newest, one) => (one.version > newest.version ? one : newest), none);
