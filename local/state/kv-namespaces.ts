import type { DatabaseSync } from "node:sqlite";
import { type Row, text } from "./row.ts";

export interface KvNamespace {
  readonly id: string;
  readonly title: string;
}

export function listKvNamespaces(db: DatabaseSync): KvNamespace[] {
  return db.prepare("SELECT * FROM kv_namespaces ORDER BY title").all().map(toNamespace);
}

export function findKvNamespace(db: DatabaseSync, id: string): KvNamespace | undefined {
  const row = db.prepare("SELECT * FROM kv_namespaces WHERE id = ?").get(id);
  return row === undefined ? undefined : toNamespace(row);
}

/** False when the title is taken by another namespace. */
export function saveKvNamespace(db: DatabaseSync, namespace: KvNamespace): boolean {
  const owner = db.prepare("SELECT id FROM kv_namespaces WHERE title = ?").get(namespace.title);
  if (owner !== undefined && text(owner, "id") !== namespace.id) return false;
  db.prepare(
    "INSERT INTO kv_namespaces VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title",
  ).run(namespace.id, namespace.title);
  return true;
}

export function removeKvNamespace(db: DatabaseSync, id: string): void {
  db.prepare("DELETE FROM kv_namespaces WHERE id = ?").run(id);
}

const toNamespace = (row: Row): KvNamespace => ({ id: text(row, "id"), title: text(row, "title") });
