/**
 * The room's schema as an append-only history: step n takes a store from version n to n + 1. A step that ran anywhere
 * never changes. While a deploy spreads, code of two versions works on one store: a step may only add tables, columns
 * with defaults, and indexes, so that older code goes on as if they were not there.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- Every place in the room's one order. state: 0 a message, 1 deleted (emptied), 2 moved to a smaller order.
  CREATE TABLE entries (
    place TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    username TEXT NOT NULL,
    message TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  -- One id has one winning place: this is the dedupe.
  CREATE UNIQUE INDEX entries_by_id ON entries (id) WHERE state <> 2;
  CREATE UNIQUE INDEX entries_by_origin ON entries (origin, seq);

  -- A deletion is an event with a place in the log of the origin that made it.
  CREATE TABLE deletions (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Every origin that ever had a place here, and the highest seq of it that was trimmed.
  CREATE TABLE origins (origin TEXT PRIMARY KEY, trimmed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;

  CREATE TABLE rates (user_id TEXT PRIMARY KEY, last INTEGER NOT NULL, times TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE bans (user_id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE jobs (job TEXT PRIMARY KEY, due INTEGER NOT NULL) WITHOUT ROWID;
  `,
];
