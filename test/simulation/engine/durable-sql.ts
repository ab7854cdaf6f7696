/**
 * The real SQL on Node's SQLite, with a Durable Object's durability: the writes of a turn become durable together,
 * some time after it, in the order of the turns; a crash undoes what was not durable yet.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Row, Sql, Value } from "../../../worker/storage/sql.ts";

interface Write {
  readonly query: string;
  readonly bindings: readonly Value[];
}

const NONE: readonly Value[] = [];
const READS = /^\s*SELECT/i;

export class DurableSql implements Sql {
  #database = new DatabaseSync(":memory:");
  #statements = new Map<string, StatementSync>();
  /** Durable, but inside the open transaction that later turns still need. */
  #durable: Write[] = [];
  /** Turns that ended and are not durable yet, oldest first. */
  #waiting: Write[][] = [];
  #turn: Write[] = [];
  #depth = 0;
  #open = false;
  /** Every durable turn since the storage was empty, where a run restores an older state. */
  readonly #history: Write[][] | undefined;
  /** The next write fails, as on a full disk. */
  failNext = false;

  constructor(keepsHistory = false) {
    this.#history = keepsHistory ? [] : undefined;
  }

  all<T extends Row>(query: string, ...bindings: Value[]): T[] {
    if (!READS.test(query)) {
      if (this.failNext) {
        this.failNext = false;
        throw new Error("database or disk is full");
      }
      this.#begin();
      this.#turn.push({ query, bindings });
    }
    // The caller names the columns it asks for.
    return this.#execute(query, bindings) as T[];
  }

  transaction<T>(work: () => T): T {
    this.#begin();
    const name = `level${this.#depth++}`;
    const written = this.#turn.length;
    this.#execute(`SAVEPOINT ${name}`, NONE);
    try {
      const result = work();
      this.#execute(`RELEASE ${name}`, NONE);
      return result;
    } catch (error) {
      this.#database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      this.#turn.length = written;
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** True when the turn wrote: `commit` has to be called for it, in the order of the turns. */
  endTurn(): boolean {
    if (this.#turn.length === 0) {
      this.#close();
      return false;
    }
    this.#waiting.push(this.#turn);
    this.#turn = [];
    return true;
  }

  /** The oldest turn that waits is durable from now on. */
  commit(): void {
    const writes = this.#waiting.shift() ?? [];
    this.#history?.push(writes);
    if (this.#waiting.length === 0 && this.#turn.length === 0) this.#close();
    else this.#durable.push(...writes);
  }

  /** Memory is gone: what was not durable never happened. */
  crash(): void {
    if (this.#open) {
      this.#execute("ROLLBACK", NONE);
      this.#open = false;
      const durable = this.#durable;
      this.#durable = [];
      for (const { query, bindings } of durable) this.#execute(query, bindings);
    }
    this.#waiting = [];
    this.#turn = [];
    this.failNext = false;
  }

  /** As `deleteAll`: a write of this turn. */
  wipe(): void {
    for (const { name } of this.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'"))
      this.all(`DROP TABLE ${name}`);
  }

  /** The storage is empty again; or, with `share` in (0, 1), what it was after that share of its durable turns. Returns of how many. */
  restore(share = 0): number {
    this.crash();
    this.#database.close();
    this.#database = new DatabaseSync(":memory:");
    this.#statements = new Map();
    if (this.#history === undefined) return 0;
    this.#history.length = Math.floor(this.#history.length * share);
    for (const { query, bindings } of this.#history.flat()) this.#execute(query, bindings);
    return this.#history.length;
  }

  close(): void {
    this.#database.close();
  }

  #begin(): void {
    if (this.#open) return;
    this.#execute("BEGIN", NONE);
    this.#open = true;
  }

  #close(): void {
    if (!this.#open || this.#waiting.length > 0) return;
    this.#execute("COMMIT", NONE);
    this.#open = false;
    this.#durable = [];
  }

  #execute(query: string, bindings: readonly Value[]): unknown[] {
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      if (bindings.length === 0 && query.trim().split(";").length > 2) {
        this.#database.exec(query);
        return [];
      }
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...bindings.map(bindable));
  }
}

const bindable = (value: Value): string | number | null | Uint8Array =>
  value instanceof ArrayBuffer ? new Uint8Array(value) : value;
