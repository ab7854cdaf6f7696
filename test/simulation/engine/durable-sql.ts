/**
 * The real SQL on Node's SQLite, with a Durable Object's durability: the writes of a turn become durable together,
 * some time after it, in the order of the turns; a crash undoes what was not durable yet.
 */
import type { Row, Sql, Value } from "../../../worker/storage/sql.ts";
import { type Database, type Kind, takeDatabase } from "./database-pool.ts";

interface Write {
  readonly query: string;
  readonly bindings: readonly Value[];
}

const NONE: readonly Value[] = [];
/** No SQL: the storage is emptied, schema and all. */
const WIPE = "-- wipe";
const READS = /^\s*SELECT/i;

export class DurableSql implements Sql {
  readonly #database: Database;
  /** Durable, but inside the open transaction that later turns still need. */
  #durable: Write[] = [];
  /** Turns that ended and are not durable yet, oldest first. */
  #waiting: Write[][] = [];
  #turn: Write[] = [];
  #depth = 0;
  #open = false;
  /** Of the schema, when the open transaction began. */
  #stepsBefore = 0;
  /** Every durable turn since the storage was empty, where a run restores an older state. */
  readonly #history: Write[][] | undefined;
  /** The next write fails, as on a full disk. */
  failNext = false;

  constructor(kind: Kind, keepsHistory = false) {
    this.#database = takeDatabase(kind);
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
    const { steps } = this.#database;
    this.#execute(`SAVEPOINT ${name}`, NONE);
    try {
      const result = work();
      this.#execute(`RELEASE ${name}`, NONE);
      return result;
    } catch (error) {
      this.#execute(`ROLLBACK TO ${name}`, NONE);
      this.#execute(`RELEASE ${name}`, NONE);
      this.#database.steps = steps;
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
      this.#database.steps = this.#stepsBefore;
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
    this.all(WIPE);
  }

  /** The storage is empty again; or, with `share` in (0, 1), what it was after that share of its durable turns. Returns of how many. */
  restore(share = 0): number {
    this.crash();
    this.#database.wipe();
    if (this.#history === undefined) return 0;
    this.#history.length = Math.floor(this.#history.length * share);
    for (const { query, bindings } of this.#history.flat()) this.#execute(query, bindings);
    return this.#history.length;
  }

  close(): void {
    if (this.#open) this.#execute("ROLLBACK", NONE);
    this.#database.giveBack();
  }

  #begin(): void {
    if (this.#open) return;
    this.#execute("BEGIN", NONE);
    this.#stepsBefore = this.#database.steps;
    this.#open = true;
  }

  #close(): void {
    if (!this.#open || this.#waiting.length > 0) return;
    this.#execute("COMMIT", NONE);
    this.#open = false;
    this.#durable = [];
  }

  #execute(query: string, bindings: readonly Value[]): unknown[] {
    if (query === WIPE) this.#database.wipe();
    else return this.#database.execute(query, bindings);
    return [];
  }
}
