/** A hub's whole store over SQLite. What every call reads, facts and replicas, is also held in memory: a few rows. */
import type { HubFact, HubStore, Known } from "../room/hub/hub-store.ts";
import { SqlDueJobs } from "./due-jobs.ts";
import { SqlFacts } from "./facts.ts";
import { HUB_MIGRATIONS } from "./hub-migrations.ts";
import { isFounded, migrate } from "./migrate.ts";
import type { Sql } from "./sql.ts";

/** A row as SQLite gives it. */
type KnownRow = {
  region: string;
  origin: string;
  n: number;
  solicited: number;
  bound: number;
  state: string;
  missingSince: number;
  users: number;
  connections: number;
  countedAt: number;
  heardAt: number;
  version: number;
  bansTaken: number;
  tries: number;
  retryAt: number;
};

const KNOWN = `SELECT region, origin, n, solicited, bound, state, missing_since AS missingSince, users, connections,
  counted_at AS countedAt, heard_at AS heardAt, version, bans_taken AS bansTaken, tries, retry_at AS retryAt FROM replicas`;
type BanRow = { userId: string; until: number; at: number; stamp: number };
type KickRow = { region: string; userId: string; until: number };

const BAN = "SELECT user_id AS userId, until, decided_at AS at, stamp FROM bans";

/** A state of a later version is that of a member: it keeps its slots and hears everything. */
const stateOf = (text: string): Known["state"] =>
  text === "leaving" || text === "left" || text === "out" ? text : "member";
const known = (row: KnownRow): Known => ({
  ...row,
  solicited: row.solicited !== 0,
  state: stateOf(row.state),
});

export class SqlHubStore implements HubStore {
  readonly facts: SqlFacts<HubFact>;
  readonly jobs: SqlDueJobs;
  readonly #sql: Sql;
  /** By region. */
  #replicas: Map<string, Known> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.facts = new SqlFacts(sql);
    this.jobs = new SqlDueJobs(sql);
    if (this.founded) migrate(sql, HUB_MIGRATIONS);
  }

  get founded(): boolean {
    return isFounded(this.#sql);
  }

  found(): void {
    this.#reload();
    migrate(this.#sql, HUB_MIGRATIONS);
  }

  transaction<T>(work: () => T): T {
    try {
      return this.#sql.transaction(work);
    } catch (error) {
      this.#reload();
      throw error;
    }
  }

  #reload(): void {
    this.facts.reload();
    this.#replicas = undefined;
  }

  readonly replicas: HubStore["replicas"] = {
    all: () => [...this.#loadReplicas().values()].sort((a, b) => (a.region < b.region ? -1 : 1)),
    get: (region) => this.#loadReplicas().get(region),
    save: (one) => {
      this.#sql.all(
        `INSERT OR REPLACE INTO replicas (region, origin, n, solicited, bound, state, missing_since, users,
          connections, counted_at, heard_at, version, bans_taken, tries, retry_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
        one.region,
        one.origin,
        one.n,
        one.solicited ? 1 : 0,
        one.bound,
        one.state,
        one.missingSince,
        one.users,
        one.connections,
        one.countedAt,
        one.heardAt,
        one.version,
        one.bansTaken,
        one.tries,
        one.retryAt,
      );
      this.#loadReplicas().set(one.region, one);
    },
    remove: (region) => {
      this.#sql.all("DELETE FROM replicas WHERE region = ?", region);
      this.#loadReplicas().delete(region);
    },
  };

  readonly bans: HubStore["bans"] = {
    of: (userId) => this.#sql.all<BanRow>(`${BAN} WHERE user_id = ?`, userId)[0],
    save: ({ userId, until, at, stamp }) => {
      this.#sql.all(
        "INSERT OR REPLACE INTO bans (user_id, until, decided_at, stamp) VALUES (?, ?, ?, ?)",
        userId,
        until,
        at,
        stamp,
      );
      this.facts.set("stamp", String(stamp));
    },
    after: (stamp, limit) =>
      stamp >= this.bans.lastStamp()
        ? []
        : this.#sql.all<BanRow>(`${BAN} WHERE stamp > ? ORDER BY stamp LIMIT ?`, stamp, limit),
    lastStamp: () => Number(this.facts.get("stamp") ?? 0),
    endingAfter: (time) =>
      this.#sql
        .all<BanRow>(`${BAN} WHERE until > ? ORDER BY stamp`, time)
        .map(({ userId, until, at }) => ({ userId, until, at })),
    forget: (time, stamp) => {
      this.#sql.all("DELETE FROM bans WHERE until <= ? AND stamp <= ?", time, stamp);
    },
    earliest: () =>
      this.#sql.all<{ until: number | null }>("SELECT MIN(until) AS until FROM bans")[0]?.until ?? undefined,
  };

  readonly kicks: HubStore["kicks"] = {
    of: (region) =>
      this.#sql.all<KickRow>(
        "SELECT region, user_id AS userId, until FROM kicks WHERE region = ? ORDER BY user_id",
        region,
      ),
    save: ({ region, userId, until }) => {
      this.#sql.all(
        "INSERT OR REPLACE INTO kicks (region, user_id, until) VALUES (?, ?, ?)",
        region,
        userId,
        until,
      );
    },
    remove: (region, userIds) => {
      for (const userId of userIds)
        this.#sql.all("DELETE FROM kicks WHERE region = ? AND user_id = ?", region, userId);
    },
    forgetBefore: (time) => {
      this.#sql.all("DELETE FROM kicks WHERE until <= ?", time);
    },
  };

  #loadReplicas(): Map<string, Known> {
    this.#replicas ??= new Map(this.#sql.all<KnownRow>(KNOWN).map((row) => [row.region, known(row)]));
    return this.#replicas;
  }
}
