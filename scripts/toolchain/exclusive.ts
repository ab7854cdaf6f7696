import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { isRunning, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

const POLL_MS = 200;
const Holder = z.object({ pid: z.number(), startTime: z.string() });

function holderOf(lock: string): ProcessIdentity | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(lock, "utf8")));
  } catch {
    return undefined;
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, JSON.stringify(ownIdentity()), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/**
 * Runs `work` while no other process of this machine runs it under the same lock file. The lock of a dead process is
 * taken over. The result of `work` must be put in place by one rename: when two take over a dead lock in the same
 * instant, both may run.
 */
export async function exclusively<T>(
  lock: string,
  onWait: (holder: ProcessIdentity) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(path.dirname(lock), { recursive: true });
  let told = false;
  let unreadable = 0;
  while (!take(lock)) {
    const holder = holderOf(lock);
    // A file that stays unreadable was left by a process that died while it wrote.
    unreadable = holder ? 0 : unreadable + 1;
    if (holder ? !isRunning(holder) : unreadable > 5) {
      const aside = `${lock}.dead-${process.pid}`;
      try {
        renameSync(lock, aside);
        rmSync(aside, { force: true });
      } catch {
        // Another process took it over first.
      }
      continue;
    }
    if (holder && !told) {
      onWait(holder);
      told = true;
    }
    await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}
