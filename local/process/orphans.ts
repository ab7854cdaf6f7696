/** A workerd whose account was killed lives on and holds the data. It is found by the folder in its environment. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { FOLDER_VARIABLE } from "../runtime/workerd.ts";
import { startTimeOf } from "./start-time.ts";

/** How long a killed process may take to be gone, in ms. */
const GONE_LIMIT_MS = 5_000;
const POLL_MS = 20;

/** Ends every workerd on `folder`. The caller holds the folder's lock, so none of them has a living account. Linux. */
export async function endOrphans(folder: string): Promise<readonly number[]> {
  const orphans = findOrphans(folder);
  for (const pid of orphans) killHard(pid);
  const deadline = Date.now() + GONE_LIMIT_MS;
  for (const pid of orphans) {
    while (startTimeOf(pid) !== undefined) {
      if (Date.now() > deadline)
        throw new Error(`workerd (process ${pid}) still holds ${folder}: end it by hand`);
      await delay(POLL_MS);
    }
  }
  return orphans;
}

function findOrphans(folder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isWorkerdOn(pid, folder));
}

function isWorkerdOn(pid: number, folder: string): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd")) return false;
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${FOLDER_VARIABLE}=${folder}`);
  } catch {
    // Gone meanwhile, or another user's.
    return false;
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile.
  }
}
