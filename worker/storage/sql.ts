/** SQLite as the storage uses it: a Durable Object's `storage` in the Worker, `node:sqlite` in tests. */
export type Value = string | number | null | ArrayBuffer;
export type Row = Record<string, Value>;

export interface Sql {
  /** Runs one statement (several without bindings), and gives its rows. */
  all<T extends Row>(query: string, ...bindings: Value[]): T[];
  /** All or nothing; an error undoes the writes and passes on. */
  transaction<T>(work: () => T): T;
}
