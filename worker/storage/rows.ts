/**
 * Many rows in few statements: a statement costs more than a row in it. Values stay bound parameters, of which the
 * platform takes 100 a statement (https://developers.cloudflare.com/d1/platform/limits/).
 */
import type { Row, Sql, Value } from "./sql.ts";

const PARAMETERS = 100;

/**
 * An error undoes the caller's transaction, so the statement need not be able to undo itself: SQLite would copy every
 * page that it touches before, which costs more than the rows.
 */
export const INSERT = "INSERT OR FAIL INTO";

/** The runtime keeps what it compiled under a statement's text, so that there may be only a few texts. */
const statements = new Map<string, string>();

function statementFor(insert: string, columns: number, rows: number, conflict: string): string {
  const name = `${rows} ${insert}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const row = `(${Array.from({ length: columns }, () => "?").join(", ")})`;
  const statement = `${insert} VALUES ${Array.from({ length: rows }, () => row).join(", ")} ${conflict}`;
  statements.set(name, statement);
  return statement;
}

/**
 * Within a transaction of the caller, unless it is a single row.
 * @param insert up to `VALUES`, which has as many columns as each row
 * @param conflict an `ON CONFLICT` clause
 */
export function writeRows(
  sql: Sql,
  insert: string,
  rows: readonly (readonly Value[])[],
  conflict = "",
): void {
  const columns = rows[0]?.length ?? 1;
  let from = 0;
  for (let size = Math.floor(PARAMETERS / columns); size > 0; size = size > 1 ? Math.ceil(size / 4) : 0) {
    if (from + size > rows.length) continue;
    const statement = statementFor(insert, columns, size, conflict);
    for (; from + size <= rows.length; from += size)
      sql.all(statement, ...rows.slice(from, from + size).flat());
  }
}

/** A store whose new rows of one table may wait for each other. Any other statement finds them written. */
export class GatheringSql implements Sql {
  readonly #sql: Sql;
  readonly #insert: string;
  #rows: (readonly Value[])[] = [];
  #gathers = false;

  constructor(sql: Sql, insert: string) {
    this.#sql = sql;
    this.#insert = insert;
  }

  add(row: readonly Value[]): void {
    this.#rows.push(row);
    if (!this.#gathers) this.#write();
  }

  /** Within a transaction of the caller: an error leaves nothing behind. */
  gathering<T>(work: () => T): T {
    if (this.#gathers) return work();
    this.#gathers = true;
    try {
      const result = work();
      this.#write();
      return result;
    } finally {
      this.#gathers = false;
      this.#rows = [];
    }
  }

  all<T extends Row>(query: string, ...bindings: Value[]): T[] {
    this.#write();
    return this.#sql.all<T>(query, ...bindings);
  }

  transaction<T>(work: () => T): T {
    this.#write();
    return this.#sql.transaction(work);
  }

  #write(): void {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    writeRows(this.#sql, this.#insert, rows);
  }
}
