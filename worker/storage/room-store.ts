/** A room's whole store over SQLite. */
import type { FactKey, RoomStore } from "../room/store.ts";
import { vectorFrom, vectorText } from "../room/vector.ts";
import { SqlDueJobs } from "./due-jobs.ts";
import { SqlEntryLog } from "./entry-log.ts";
import { SqlFacts } from "./facts.ts";
import { SqlReplicaLog } from "./replica-log.ts";
import { INSERT, writeRows } from "./rows.ts";
import type { Sql } from "./sql.ts";

export class SqlRoomStore implements RoomStore {
  readonly log: SqlEntryLog;
  readonly replica: SqlReplicaLog;
  readonly facts: SqlFacts<FactKey>;
  readonly jobs: SqlDueJobs;
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.facts = new SqlFacts(sql);
    this.jobs = new SqlDueJobs(sql);
    this.log = new SqlEntryLog(sql);
    this.replica = new SqlReplicaLog(this.log.sql, this.log);
  }

  transaction<T>(work: () => T): T {
    try {
      return this.#sql.transaction(() => this.log.gathering(work));
    } catch (error) {
      this.facts.reload();
      this.log.reload();
      throw error;
    }
  }

  readonly rates: RoomStore["rates"] = {
    times: (userId) => {
      const row = this.#sql.all<{ times: string }>("SELECT times FROM rates WHERE user_id = ?", userId)[0];
      return row === undefined ? [] : row.times.split(",").map(Number).filter(Number.isFinite);
    },
    save: (times) => {
      writeRows(
        this.#sql,
        `${INSERT} rates (user_id, last, times)`,
        [...times].map(([userId, all]) => [userId, all.at(-1) ?? 0, all.join(",")]),
        "ON CONFLICT (user_id) DO UPDATE SET last = excluded.last, times = excluded.times",
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
}
