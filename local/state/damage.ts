/**
 * A state file that cannot be trusted is kept aside and never made anew by itself: ids, tokens and every deployment
 * would silently be others, beside data that belongs to the old ones.
 */
import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** The message says which file, why, where it is now, and how to go on. */
export class DamagedState extends Error {
  constructor(file: string, what: string) {
    super(
      `${what} Nothing was made anew: put a good copy at ${file}, or begin with an empty account by \`npm start -- --fresh\`.`,
    );
    this.name = "DamagedState";
  }
}

/** Behind the name of the state file; a number follows when there is one already. */
const ASIDE = ".damaged";

/** SQLite's own codes for a file that is no database, and for one that is torn. */
const DAMAGE_CODES: readonly number[] = [11, 26];
const sqliteErrorSchema = z.object({ errcode: z.number(), message: z.string() });

/** Before opening. Throws when the file was kept aside, or has gone while the data of Workers is still there. */
export function requireNoLoss(file: string): void {
  if (existsSync(file) && (statSync(file).size > 0 || hasContent(`${file}-wal`))) return;
  const folder = dirname(file);
  const aside = readdirSync(folder).find((name) => name.startsWith(`${basename(file)}${ASIDE}`));
  if (aside !== undefined)
    throw new DamagedState(
      file,
      `The state file was damaged earlier, and is kept as ${join(folder, aside)}.`,
    );
  const data = join(folder, "data");
  if (existsSync(data) && readdirSync(data).length > 0)
    throw new DamagedState(
      file,
      `The state file ${file} is ${existsSync(file) ? "empty" : "missing"}, but ${data} holds data of Workers.`,
    );
}

const hasContent = (file: string): boolean => existsSync(file) && statSync(file).size > 0;

/** What is wrong with the file, or undefined. Throws what has nothing to do with damage. */
export function damageOf(open: () => DatabaseSync): { db: DatabaseSync } | { damage: string } {
  let db: DatabaseSync | undefined;
  try {
    db = open();
    const [first] = db.prepare("PRAGMA quick_check(1)").all();
    const verdict = String(first?.quick_check ?? "no answer");
    if (verdict === "ok") return { db };
    db.close();
    return { damage: verdict.trim().replaceAll("\n", " ") };
  } catch (error) {
    const known = sqliteErrorSchema.safeParse(error);
    if (!known.success || !DAMAGE_CODES.includes(known.data.errcode & 0xff)) throw error;
    if (db?.isOpen) db.close();
    return { damage: known.data.message };
  }
}

/** Moves the file and its log to a name of their own. */
export function keepAside(file: string, damage: string): DamagedState {
  let aside = `${file}${ASIDE}`;
  for (let count = 2; existsSync(aside); count++) aside = `${file}${ASIDE}-${count}`;
  for (const part of ["", "-wal", "-shm"])
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`);
  return new DamagedState(file, `The state file ${file} is damaged (${damage}). It is kept as ${aside}.`);
}
