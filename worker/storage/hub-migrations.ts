/** The hub's schema as an append-only history, under the rules of a room's: see `migrations`. */
export const HUB_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE jobs (job TEXT PRIMARY KEY, due INTEGER NOT NULL) WITHOUT ROWID;

  -- The room's replicas. bound: slots that one can have at most, of whatever of our answers got lost.
  CREATE TABLE replicas (
    region TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    n INTEGER NOT NULL,
    solicited INTEGER NOT NULL,
    bound INTEGER NOT NULL,
    state TEXT NOT NULL,
    missing_since INTEGER NOT NULL,
    users INTEGER NOT NULL,
    connections INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,
    heard_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    bans_taken INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    retry_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- stamp: rises with every ban, so that one number says which of them a replica has.
  CREATE TABLE bans (
    user_id TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    stamp INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX bans_by_stamp ON bans (stamp);

  -- Whom a region still has to be told to close.
  CREATE TABLE kicks (
    region TEXT NOT NULL,
    user_id TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (region, user_id)
  ) WITHOUT ROWID;
  `,
];
