/** A Durable Object's SQLite as the storage wants it. */
import type { Row, Sql, Value } from "../storage/sql.ts";

export const objectSql = (storage: DurableObjectStorage): Sql => ({
  all: <T extends Row>(query: string, ...bindings: Value[]) =>
    storage.sql.exec<T>(query, ...bindings).toArray(),
  transaction: (work) => storage.transactionSync(work),
});
