import type { DatabaseSync } from "node:sqlite";
import { integer, type Row, text } from "./row.ts";

/** A Durable Object namespace. Its id is the key of its data on disk, so a renamed class keeps its rows. */
export interface ObjectNamespace {
  readonly id: string;
  readonly className: string;
  readonly useSqlite: boolean;
}

export interface OwnedNamespace extends ObjectNamespace {
  readonly script: string;
}

export function listObjectNamespaces(db: DatabaseSync): OwnedNamespace[] {
  return db.prepare("SELECT * FROM object_namespaces ORDER BY script, class_name").all().map(toNamespace);
}

export function namespacesOf(db: DatabaseSync, script: string): OwnedNamespace[] {
  return db
    .prepare("SELECT * FROM object_namespaces WHERE script = ? ORDER BY class_name")
    .all(script)
    .map(toNamespace);
}

export function removeNamespace(db: DatabaseSync, id: string): void {
  db.prepare("DELETE FROM object_namespaces WHERE id = ?").run(id);
}

export function replaceNamespaces(
  db: DatabaseSync,
  script: string,
  namespaces: readonly ObjectNamespace[],
): void {
  db.prepare("DELETE FROM object_namespaces WHERE script = ?").run(script);
  const insert = db.prepare("INSERT INTO object_namespaces VALUES (?, ?, ?, ?)");
  for (const namespace of namespaces)
    insert.run(namespace.id, script, namespace.className, Number(namespace.useSqlite));
}

function toNamespace(row: Row): OwnedNamespace {
  return {
    id: text(row, "id"),
    script: text(row, "script"),
    className: text(row, "class_name"),
    useSqlite: integer(row, "use_sqlite") === 1,
  };
}
