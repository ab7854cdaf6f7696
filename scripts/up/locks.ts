import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as z from "zod";
import { backendFolder } from "../stack/exported-state.ts";
import { startedAt } from "../toolchain/process-identity.ts";

const LockFile = z.object({
  pid: z.number(),
  hostname: z.string(),
  username: z.string(),
  timestamp: z.string(),
});
export type Lock = z.infer<typeof LockFile>;

/** The locks on a stack in a file backend; other backends keep theirs to themselves. */
export function locksOf(backend: string | undefined, project: string, stack: string): Lock[] {
  const place = backendFolder(backend);
  if (place === undefined) return [];
  const folder = path.join(place, ".pulumi/locks/organization", project, stack);
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return files.flatMap((file) => readLock(path.join(folder, file)));
}

function readLock(file: string): Lock[] {
  try {
    return [LockFile.parse(JSON.parse(readFileSync(file, "utf8")))];
  } catch {
    // Just released, or of a newer CLI: the CLI itself will judge it.
    return [];
  }
}

/**
 * What the locks mean: `free` to go on, `dead` when each is of a process of this host that is gone, or the first one
 * that may still be at work.
 */
export function judgeLocks(
  locks: readonly Lock[],
  here: { hostname: string; isAlive(pid: number, since: string): boolean },
): "free" | "dead" | Lock {
  if (locks.length === 0) return "free";
  return (
    locks.find((lock) => lock.hostname !== here.hostname || here.isAlive(lock.pid, lock.timestamp)) ?? "dead"
  );
}

/** Start times are known to about a second. */
const CLOCK_SLACK_MS = 5_000;

export const thisHost = {
  hostname: os.hostname(),
  /** A process that started after the lock was written only has the number of the one that wrote it. */
  isAlive(pid: number, since: string): boolean {
    const started = startedAt(pid);
    return started !== undefined && started <= Date.parse(since) + CLOCK_SLACK_MS;
  },
};

export const lockedMessage = (lock: Lock, stack: string): string =>
  `Stack "${stack}" is being changed by process ${lock.pid} of ${lock.username} on ${lock.hostname} since ${lock.timestamp}. ` +
  `Wait for it. If it is gone for certain: \`npm run pulumi -- cancel ${stack} --yes\`.`;
