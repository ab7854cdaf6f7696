/** A room's whole store over SQLite. */
import type { FactKey, RoomStore } from "../room/store.ts";
import { vectorFrom, vectorText } from "../room/vector.ts";
import { SqlEntryLog } from "./entry-log.ts";
import { SqlReplicaLog } from "./replica-log.ts";
import { writeRows } from "./rows.ts";
import type { Sql } from "./sql.ts";

export class SqlRoomStore implements RoomStore {
  readonly log: SqlEntryLog;
  readonly replica: SqlReplicaLog;
  readonly #sql: Sql;
  /** Read by every join. */
  #facts: Map<string, string> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.log = new SqlEntryLog(sql);
    this.replica = new SqlReplicaLog(this.log.sql, this.log);
  }

  transaction<T>(work: () => T): T {
    try {
      return this.#sql.transaction(() => this.log.gathering(work));
    } catch (error) {
      this.#facts = undefined;
      this.log.reload();
      throw error;
    }
  }

  readonly facts: RoomStore["facts"] = {
    get: (key) => this.#loadFacts().get(key),
    set: (key: FactKey, value) => {
      if (this.#loadFacts().get(key) === value) return;
      if (value === undefined) {
        this.#sql.all("DELETE FROM facts WHERE key = ?", key);
        this.#loadFacts().delete(key);
      } else {
        this.#sql.all("INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)", key, value);
        this.#loadFacts().set(key, value);
      }
    },
  };

  readonly rates: RoomStore["rates"] = {
    times: (userId) => {
      const row = this.#sql.all<{ times: string }>("SELECT times FROM rates WHERE user_id = ?", userId)[0];
      return row === undefined ? [] : row.times.split(",").map(Number).filter(Number.isFinite);
    },
    save: (times) => {
      writeRows(
        this.#sql,
        "INSERT OR REPLACE INTO rates (user_id, last, times)",
        [...times].map(([userId, all]) => [userId, all.at(-1) ?? 0, all.join(",")]),
      );
    },
    forgetBefore: (time) => {
      this.#sql.all("DELETE FROM rates WHERE last < ?", time);
    },
  };

  readonly bans: RoomStore["bans"] = {
    until: (userId) =>
      this.#sql.all<{ until: number }>("SELECT until FROM bans WHERE user_id = ?", userId)[0]?.until,
    set: (userId, until, at) => {
      this.#sql.all(
        `INSERT INTO bans (user_id, until, at) VALUES (?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET until = excluded.until, at = excluded.at WHERE excluded.at >= at`,
        userId,
        until,
        at,
      );
    },
    all: () =>
      this.#sql.all<{ userId: string; until: number; at: number }>(
        "SELECT user_id AS userId, until, at FROM bans",
      ),
    forgetBefore: (time) => {
      this.#sql.all("DELETE FROM bans WHERE until <= ?", time);
    },
    earliest: () =>
      this.#sql.all<{ until: number | null }>("SELECT MIN(until) AS until FROM bans")[0]?.until ?? undefined,
  };

  readonly peers: RoomStore["peers"] = {
    all: () =>
      this.#sql
        .all<{
          region: string;
          origin: string;
          vector: string;
          attempts: number;
          failing_since: number;
          due: number;
        }>("SELECT region, origin, vector, attempts, failing_since, due FROM peers")
        .map(({ vector, failing_since, ...row }) => ({
          ...row,
          vector: vectorFrom(vector),
          failingSince: failing_since,
        })),
    save: ({ region, origin, vector, attempts, failingSince, due }) => {
      this.#sql.all(
        "INSERT OR REPLACE INTO peers (region, origin, vector, attempts, failing_since, due) VALUES (?, ?, ?, ?, ?, ?)",
        region,
        origin,
        vectorText(vector),
        attempts,
        failingSince,
        due,
      );
    },
    remove: (region) => {
      this.#sql.all("DELETE FROM peers WHERE region = ?", region);
    },
  };

  readonly jobs: RoomStore["jobs"] = {
    all: () =>
      new Map(
        this.#sql
          .all<{ job: string; due: number }>("SELECT job, due FROM jobs")
          .map(({ job, due }) => [job, due]),
      ),
    set: (job, due) => {
      this.#sql.all("INSERT OR REPLACE INTO jobs (job, due) VALUES (?, ?)", job, due);
    },
    remove: (job) => {
      this.#sql.all("DELETE FROM jobs WHERE job = ?", job);
    },
  };

  #loadFacts(): Map<string, string> {
    this.#facts ??= new Map(
      this.#sql
        .all<{ key: string; value: string }>("SELECT key, value FROM facts")
        .map(({ key, value }) => [key, value]),
    );
    return this.#facts;
  }
}
