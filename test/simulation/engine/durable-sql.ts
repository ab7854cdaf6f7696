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
/** A transaction of SQLite's takes many turns: to begin and end one costs as much as what a usual turn writes. */
const WRITES_PER_TRANSACTION = 32;

export class DurableSql implements Sql {
  readonly #database: Database;
  /** Durable, but inside the open transaction: what undoes later writes does these again. */
  #durable: Write[] = [];
  /** Turns that ended and are not durable yet, oldest first. */
  #waiting: Write[][] = [];
  #turn: Write[] = [];
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
    const written = this.#turn.length;
    try {
      return work();
    } catch (error) {
      this.#turn.length = written;
      this.#undo();
      for (const write of [...this.#waiting.flat(), ...this.#turn]) this.#redo(write);
      throw error;
    }
  }

  /** True when the turn wrote: `commit` has to be called for it, in the order of the turns. */
  endTurn(): boolean {
    if (this.#turn.length === 0) return false;
    this.#waiting.push(this.#turn);
    this.#turn = [];
    return true;
  }

  /** The oldest turn that waits is durable from now on. */
  commit(): void {
    const writes = this.#waiting.shift() ?? [];
    this.#history?.push(writes);
    this.#durable.push(...writes);
    if (
      this.#durable.length >= WRITES_PER_TRANSACTION &&
      this.#waiting.length === 0 &&
      this.#turn.length === 0
    )
      this.#close();
  }

  /** Memory is gone: what was not durable never happened. */
  crash(): void {
    const isWhole = this.#waiting.length === 0 && this.#turn.length === 0;
    this.#waiting = [];
    this.#turn = [];
    this.failNext = false;
    if (!isWhole) this.#undo();
  }

  /** As `deleteAll`: a write of this turn. */
  wipe(): void {
    this.all(WIPE);
  }

  /** The storage is empty again; or, with `share` in (0, 1), what it was after that share of its durable turns. Returns of how many. */
  restore(share = 0): number {
    this.crash();
    this.#rollback();
    this.#durable = [];
    this.#database.wipe();
    if (this.#history === undefined) return 0;
    this.#history.length = Math.floor(this.#history.length * share);
    for (const write of this.#history.flat()) this.#redo(write);
    this.#close();
    return this.#history.length;
  }

  close(): void {
    this.#rollback();
    this.#database.giveBack();
  }

  /** Back to what is durable. */
  #undo(): void {
    if (!this.#rollback()) return;
    for (const write of this.#durable) this.#redo(write);
  }

  #redo({ query, bindings }: Write): void {
    this.#begin();
    this.#execute(query, bindings);
  }

  #begin(): void {
    if (this.#open) return;
    this.#execute("BEGIN", NONE);
    this.#stepsBefore = this.#database.steps;
    this.#open = true;
  }

  #close(): void {
    if (!this.#open) return;
    this.#execute("COMMIT", NONE);
    this.#open = false;
    this.#durable = [];
  }

  #rollback(): boolean {
    if (!this.#open) return false;
    this.#execute("ROLLBACK", NONE);
    this.#database.steps = this.#stepsBefore;
    this.#open = false;
    return true;
  }

  #execute(query: string, bindings: readonly Value[]): unknown[] {
    if (query === WIPE) this.#database.wipe();
    else return this.#database.execute(query, bindings);
    return [];
  }
}
