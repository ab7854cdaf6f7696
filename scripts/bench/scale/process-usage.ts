/** What processes have used so far, as Linux tells it. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Open file descriptors. */
  readonly descriptors: number;
}

function one(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is a name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssBytes: Number(fields[21]) * PAGE_BYTES,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** @throws when one of them has ended */
export const usageOf = (pids: readonly number[]): Usage =>
  pids.map(one).reduce((sum, usage) => ({
    cpuSeconds: sum.cpuSeconds + usage.cpuSeconds,
    rssBytes: sum.rssBytes + usage.rssBytes,
    descriptors: sum.descriptors + usage.descriptors,
  }));

/** File descriptors that a process may open here, at most: what nobody but root may raise. */
export function descriptorLimit(): number {
  const line = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return Number(line?.[1] ?? Number.NaN);
}
