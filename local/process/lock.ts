/** Keeps two accounts off one folder. The file names its holder by pid and start time, so a stale one is recognized. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

export function takeLock(directory: string): Lock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, "account.lock");
  const own: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? "unknown" };
  const draft = `${file}.${process.pid}.${Date.now().toString(36)}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A hard link fails when the name exists and appears with its content at once: no half-written lock.
      if (tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
      const holder = readHolder(file);
      if (holder !== undefined && startTimeOf(holder.pid) === holder.startTime)
        throw new FolderHeld(
          `${directory} is in use by another local account (process ${holder.pid}). Stop it with \`npm stop\`, or choose another folder with --directory.`,
        );
      rmSync(file, { force: true });
    }
    throw new FolderHeld(`${file} could not be taken: others take it at the same time`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
