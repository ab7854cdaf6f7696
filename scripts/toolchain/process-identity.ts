import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process as one can find it again: numbers are reused, so the start time belongs to it. */
export type ProcessIdentity = { pid: number; startTime: string };

/** Field 22 of /proc/<pid>/stat, counted after the command, which may hold spaces and brackets. */
const START_TIME_AFTER_COMMAND = 19;

/**
 * When a process started, in the system's own unit; undefined when there is no such process. A zombie counts as gone:
 * it runs nothing any more.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[START_TIME_AFTER_COMMAND];
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** This process. */
export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? "",
});

/** Whether that very process still runs. */
export const isRunning = (identity: ProcessIdentity): boolean =>
  startTimeOf(identity.pid) === identity.startTime;
