import { execFileSync } from "node:child_process";
import os from "node:os";
import { startTimeOf } from "../../local/process/start-time.ts";

/** A process as one can find it again: numbers are reused, so the start time belongs to it. */
export type ProcessIdentity = { pid: number; startTime: string };

/** This process. */
export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? "",
});

/** Whether any process has that number now. */
export const isAlive = (pid: number): boolean => startTimeOf(pid) !== undefined;

/** Whether that very process still runs. */
export const isRunning = ({ pid, startTime }: ProcessIdentity): boolean => startTimeOf(pid) === startTime;

/** Ticks a second in /proc, fixed by Linux for every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** When a process started, in Unix ms, to about a second; undefined when there is no such process. */
export function startedAt(pid: number): number | undefined {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) return undefined;
  if (process.platform === "linux")
    return Date.now() - (os.uptime() - Number(startTime) / TICKS_PER_SECOND) * 1000;
  return Date.parse(execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim());
}
