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
  `
  -- A room as replicas. entries.state 3: held, its order is too far ahead of our clock.
  CREATE INDEX entries_held ON entries (place) WHERE state = 3;
  -- Up to where an origin's log is held without a hole: places that were dropped on arrival count.
  ALTER TABLE origins ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
  -- An order above which no copy of the id can come any more; '' in a room of one region.
  ALTER TABLE deletions ADD COLUMN until TEXT NOT NULL DEFAULT '';
  CREATE INDEX deletions_by_origin ON deletions (origin, seq);
  -- A copy that lost against the one at "winner": an event in the log of the origin that found it.
  CREATE TABLE moves (
    place TEXT PRIMARY KEY,
    winner TEXT NOT NULL,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX moves_by_origin ON moves (origin, seq);
  -- When a ban was decided: of two, the later counts.
  ALTER TABLE bans ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
  -- What a peer last said that it holds, and how it goes with calling it.
  CREATE TABLE peers (
    region TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    vector TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  `,
];
