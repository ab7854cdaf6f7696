import type { Sql } from "./sql.ts";

/** The table `jobs` of a room or a hub: when each of its jobs is due, in Unix ms. */
export class SqlDueJobs {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(): Map<string, number> {
    const rows = this.#sql.all<{ job: string; due: number }>("SELECT job, due FROM jobs");
    return new Map(rows.map(({ job, due }) => [job, due]));
  }

  set(job: string, due: number): void {
    this.#sql.all("INSERT OR REPLACE INTO jobs (job, due) VALUES (?, ?)", job, due);
  }

  remove(job: string): void {
    this.#sql.all("DELETE FROM jobs WHERE job = ?", job);
  }
}
