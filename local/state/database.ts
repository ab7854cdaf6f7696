import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SCHEMA } from "./schema.ts";

/** How long a statement waits for another connection (a person with a SQLite shell), in ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens the account's file, made when missing, and brings its schema up to date. Holds secrets: readable by its owner only. */
export function openDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  chmodSync(file, 0o600);
  // NORMAL: a kill loses nothing, a power cut at most the last moments, and neither tears a transaction. FULL would
  // hold the whole process, the edge included, for every data point.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
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

/** All of it or nothing. Not to be nested. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
