import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { damageOf, keepAside, requireNoLoss } from "./damage.ts";
import { SCHEMA } from "./schema.ts";

/** How long a statement waits for another connection (a person with a SQLite shell), in ms. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the account's file, made at the first start, and brings its schema up to date. Holds secrets: readable by its
 * owner only. Throws `DamagedState`, with the file kept aside, when it cannot be trusted.
 */
export function openDatabase(file: string): DatabaseSync {
  requireNoLoss(file);
  const opened = damageOf(() => open(file));
  if ("damage" in opened) throw keepAside(file, opened.damage);
  const { db } = opened;
  const known = Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  if (known > SCHEMA.length) {
    db.close();
    throw new Error(
      `${file} was written by a newer version of this project (schema ${known}, known here: ${SCHEMA.length})`,
    );
  }
  for (const [index, statements] of SCHEMA.entries()) {
    if (index < known) continue;
    transaction(db, () => db.exec(`${statements}; PRAGMA user_version = ${index + 1}`));
  }
  return db;
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  chmodSync(file, 0o600);
  // NORMAL: a kill loses nothing, a power cut at most the last moments, and neither tears a transaction. FULL would
  // hold the whole process, the edge included, for every data point.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  return db;
}

/** All of it or nothing. Not to be nested. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite itself rolls back when the disk is full.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
