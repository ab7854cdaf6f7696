/**
 * SQLite databases that outlive a run: to make one, with its schema and its compiled statements, costs more than what a
 * usual run does with it. It gets its schema once, by the real steps. Then a storage that never saw a step reads as an
 * untouched one, and a step that runs is compared with the one that made the schema.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { HUB_MIGRATIONS } from "../../../worker/storage/hub-migrations.ts";
import { MIGRATIONS } from "../../../worker/storage/migrations.ts";
import type { Value } from "../../../worker/storage/sql.ts";

export type Kind = "room" | "hub";

const STEPS: Readonly<Record<Kind, readonly string[]>> = { room: MIGRATIONS, hub: HUB_MIGRATIONS };
const idle: Record<Kind, Database[]> = { room: [], hub: [] };

export const takeDatabase = (kind: Kind): Database => idle[kind].pop() ?? new Database(kind);

const FOUNDED = /^SELECT 1 AS found FROM sqlite_master /;
const TOUCHES = /\b(FROM|INTO|UPDATE)\b/;

interface Compiled {
  readonly statement: StatementSync;
  /** Needs tables. */
  readonly touches: boolean;
}

export class Database {
  readonly #kind: Kind;
  readonly #database = new DatabaseSync(":memory:");
  readonly #compiled = new Map<string, Compiled>();
  readonly #tables: readonly string[];
  /** How many steps of the schema the storage has seen. Who undoes a transaction sets it back. */
  steps = 0;

  constructor(kind: Kind) {
    this.#kind = kind;
    for (const step of STEPS[kind]) this.#database.exec(step);
    const tables = this.#database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    this.#tables = tables.map(({ name }) => String(name));
  }

  execute(query: string, bindings: readonly Value[]): unknown[] {
    const known = this.#compiled.get(query);
    if (known === undefined) return this.#first(query, bindings);
    if (known.touches && this.steps === 0) throw new Error(`No such table in an empty storage: ${query}`);
    if (bindings.length === 0) return known.statement.all();
    return known.statement.all(...bindings.map(bindable));
  }

  #first(query: string, bindings: readonly Value[]): unknown[] {
    if (FOUNDED.test(query)) return this.steps > 0 ? [{ found: 1 }] : [];
    const steps = STEPS[this.#kind];
    if (steps.includes(query)) {
      if (steps[this.steps] !== query) throw new Error(`Out of turn after ${this.steps} steps: ${query}`);
      this.steps++;
      return [];
    }
    this.#compiled.set(query, { statement: this.#database.prepare(query), touches: TOUCHES.test(query) });
    return this.execute(query, bindings);
  }

  /** As if nobody had ever written to it. */
  wipe(): void {
    if (this.steps === 0) return;
    for (const table of this.#tables) this.execute(`DELETE FROM ${table}`, []);
    this.steps = 0;
  }

  /** The run is over. */
  giveBack(): void {
    this.wipe();
    idle[this.#kind].push(this);
  }
}

const bindable = (value: Value): string | number | null | Uint8Array =>
  value instanceof ArrayBuffer ? new Uint8Array(value) : value;
