/** A room's whole store over SQLite. */
import type { FactKey, RoomStore } from "../room/store.ts";
import { SqlEntryLog } from "./entry-log.ts";
import type { Sql } from "./sql.ts";

export class SqlRoomStore implements RoomStore {
  readonly log: SqlEntryLog;
  readonly #sql: Sql;
  /** Read by every join. */
  #facts: Map<string, string> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.log = new SqlEntryLog(sql);
  }

  transaction<T>(work: () => T): T {
    try {
      return this.#sql.transaction(work);
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
    save: (userId, times) => {
      this.#sql.all(
        "INSERT OR REPLACE INTO rates (user_id, last, times) VALUES (?, ?, ?)",
        userId,
        times.at(-1) ?? 0,
        times.join(","),
      );
    },
    forgetBefore: (time) => {
      this.#sql.all("DELETE FROM rates WHERE last < ?", time);
    },
  };

  readonly bans: RoomStore["bans"] = {
    until: (userId) =>
      this.#sql.all<{ until: number }>("SELECT until FROM bans WHERE user_id = ?", userId)[0]?.until,
    set: (userId, until) => {
      this.#sql.all("INSERT OR REPLACE INTO bans (user_id, until) VALUES (?, ?)", userId, until);
    },
    forgetBefore: (time) => {
      this.#sql.all("DELETE FROM bans WHERE until <= ?", time);
    },
    earliest: () =>
      this.#sql.all<{ until: number | null }>("SELECT MIN(until) AS until FROM bans")[0]?.until ?? undefined,
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
