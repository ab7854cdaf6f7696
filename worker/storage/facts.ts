import type { Sql } from "./sql.ts";

/** The table `facts` of a room or a hub: a few named texts. Every call reads some, so they are held in memory as well. */
export class SqlFacts<Key extends string> {
  readonly #sql: Sql;
  #held: Map<string, string> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(key: Key): string | undefined {
    return this.#all().get(key);
  }

  /** Undefined removes. What is so already costs no write. */
  set(key: Key, value: string | undefined): void {
    if (this.#all().get(key) === value) return;
    if (value === undefined) {
      this.#sql.all("DELETE FROM facts WHERE key = ?", key);
      this.#all().delete(key);
    } else {
      this.#sql.all("INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)", key, value);
      this.#all().set(key, value);
    }
  }

  /** After a transaction that was undone. */
  reload(): void {
    this.#held = undefined;
  }

  #all(): Map<string, string> {
    this.#held ??= new Map(
      this.#sql
        .all<{ key: string; value: string }>("SELECT key, value FROM facts")
        .map(({ key, value }) => [key, value]),
    );
    return this.#held;
  }
}
