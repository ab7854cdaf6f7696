/** Brings a store to this code's schema. */
import { MIGRATIONS } from "./migrations.ts";
import type { Sql } from "./sql.ts";

const VERSION = "schema";

/** Whether a room was ever founded here. Reads only: an untouched object stays untouched. */
export const isFounded = (sql: Sql): boolean =>
  sql.all("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'facts'").length > 0;

/**
 * Runs the steps that the store has not seen, all or none. A store that is ahead, because newer code ran here, is left
 * as it is: steps only add.
 */
export function migrate(sql: Sql, steps: readonly string[] = MIGRATIONS): void {
  const version = isFounded(sql)
    ? Number(sql.all<{ value: string }>("SELECT value FROM facts WHERE key = ?", VERSION)[0]?.value ?? 0)
    : 0;
  if (version >= steps.length) return;
  sql.transaction(() => {
    for (const step of steps.slice(version)) sql.all(step);
    sql.all("INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)", VERSION, String(steps.length));
  });
}
