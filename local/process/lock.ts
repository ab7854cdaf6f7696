/** Keeps two accounts off one folder. The file names its holder by pid and start time, so a stale one is recognized. */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { startTimeOf } from "./start-time.ts";

const holderSchema = z.object({ pid: z.number(), startTime: z.string() });
export type Holder = z.infer<typeof holderSchema>;

/** Somebody else runs on the folder. The message names them. */
export class FolderHeld extends Error {}

export interface Lock {
  readonly release: () => void;
}

/** Tries before giving up while others take over the same stale lock. */
const ATTEMPTS = 20;

/** Throws `FolderHeld` when a living process has the folder. */
export function takeLock(directory: string): Lock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, "account.lock");
  const own: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? "unknown" };
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A hard link fails when the name exists and appears with its content at once: no half-written lock.
      if (tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
      const holder = readHolder(file);
      if (holder !== undefined && isAlive(holder))
        throw new FolderHeld(
          `${directory} is in use by another local account (process ${holder.pid}). Stop it with \`npm stop\`, or choose another folder with --directory.`,
        );
      setAside(file);
    }
    throw new FolderHeld(`${file} could not be taken: others take it at the same time`);
  } finally {
    rmSync(draft, { force: true });
  }
}

const isAlive = (holder: Holder): boolean => startTimeOf(holder.pid) === holder.startTime;

/** Removes a stale lock. Between our reading and our renaming another account may have taken it over: then it goes back. */
function setAside(file: string): void {
  const aside = `${file}.stale.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    // Somebody else was faster.
    return;
  }
  const holder = readHolder(aside);
  if (holder !== undefined && isAlive(holder)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

/** False when the name is taken. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
