/** What Durable Objects have stored, read from their files beside the runtime: it neither wakes an object nor stops one. */
import { createHash, createHmac } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { objectFolder } from "./data-folders.ts";

export interface ObjectQuery {
  readonly sql: string;
  readonly params?: readonly (string | number | null)[] | undefined;
}

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly meta: { readonly rows_read: number; readonly rows_written: number };
}

const SUFFIX = ".sqlite";
/** The runtime's own bookkeeping beside the objects: alarms. */
const BOOKKEEPING = "metadata";
/** Bytes of an id: half says which object, half proves that it belongs to the namespace. */
const HALF_AN_ID = 16;
/** ms that a query waits for a writer. */
const BUSY_TIMEOUT_MS = 2_000;

/** Ids of the objects of a namespace that have a storage, sorted. 64 hex digits each. */
export function storedObjects(dataFolder: string, namespaceId: string): string[] {
  const folder = objectFolder(dataFolder, namespaceId);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return names
    .map((name) => name.slice(0, -SUFFIX.length))
    .filter((id) => id !== BOOKKEEPING)
    .sort();
}

/** What `idFromName(name)` gives in the runtime. Source: workerd, `actor-id-impl.c++`. */
export function objectIdOf(namespaceId: string, name: string): string {
  const key = createHash("sha256").update(namespaceId).digest();
  const signed = (data: string | Buffer) =>
    createHmac("sha256", key).update(data).digest().subarray(0, HALF_AN_ID);
  const base = signed(name);
  return Buffer.concat([base, signed(base)]).toString("hex");
}

/**
 * Answers from one state of the object's storage. Nothing can be written: the file is opened to be read.
 *
 * @returns undefined where the object has stored nothing.
 * @throws SQLite's reason, when a query is wrong or would write.
 */
export function queryStoredObject(
  dataFolder: string,
  namespaceId: string,
  objectId: string,
  queries: readonly ObjectQuery[],
): QueryResult[] | undefined {
  if (!storedObjects(dataFolder, namespaceId).includes(objectId)) return undefined;
  const file = join(objectFolder(dataFolder, namespaceId), objectId + SUFFIX);
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec("BEGIN");
    return queries.map(({ sql, params = [] }) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      // With arrays asked for, a row is one; the types know rows by name only.
      const rows = statement.all(...params) as unknown as unknown[][];
      const columns = statement.columns().map(({ name }) => name);
      return { columns, rows, meta: { rows_read: rows.length, rows_written: 0 } };
    });
  } finally {
    database.close();
  }
}
