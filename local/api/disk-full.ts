import { statfsSync } from "node:fs";
import { z } from "zod";

/** SQLite's code for a write that found no room. */
const SQLITE_FULL = 13;
/** With less than this left, in bytes, a write that failed without a reason failed for want of room. */
const TOO_LITTLE_BYTES = 64 * 1024;

const sqliteErrorSchema = z.object({ errcode: z.number() });

/** Whether a call failed because the disk of the account's folder is full: KV's store does not say why it failed. */
export function isDiskFull(error: unknown, folder: string): boolean {
  const known = sqliteErrorSchema.safeParse(error);
  if (known.success) return (known.data.errcode & 0xff) === SQLITE_FULL;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < TOO_LITTLE_BYTES;
}
