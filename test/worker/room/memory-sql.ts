/** The room's real SQL on Node's SQLite, in memory. */
import { DatabaseSync } from "node:sqlite";
import type { Row, Sql, Value } from "../../../worker/storage/sql.ts";

export interface MemorySql extends Sql {
  /** Transactions that were committed. */
  commits: number;
  /** Set: the next statement whose text contains it fails once, as a full disk would. */
  failOn: string | undefined;
  /** The same content, from now on apart. */
  copy(): MemorySql;
}

export function memorySql(content?: Uint8Array): MemorySql {
  const database = new DatabaseSync(":memory:");
  if (content !== undefined) database.deserialize(content);
  let depth = 0;
  const sql: MemorySql = {
    commits: 0,
    failOn: undefined,
    copy: () => memorySql(database.serialize()),
    all: <T extends Row>(query: string, ...bindings: Value[]): T[] => {
      if (sql.failOn !== undefined && query.includes(sql.failOn)) {
        sql.failOn = undefined;
        throw new Error("database or disk is full");
      }
      if (bindings.length === 0 && query.trim().split(";").length > 2) {
        database.exec(query);
        return [];
      }
      // The caller names the columns it asks for.
      return database.prepare(query).all(...bindings) as T[];
    },
    transaction: (work) => {
      const name = `level${depth++}`;
      database.exec(`SAVEPOINT ${name}`);
      try {
        const result = work();
        database.exec(`RELEASE ${name}`);
        if (depth === 1) sql.commits++;
        return result;
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        depth--;
      }
    },
  };
  return sql;
}
