import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { text } from "./row.ts";

/** Names of permission groups. */
const permissionsSchema = z.array(z.string());

/** A token with some rights only; the account's first one has them all. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
}

export function addToken(db: DatabaseSync, value: string, token: Token): void {
  db.prepare("INSERT INTO tokens VALUES (?, ?, ?, ?)").run(
    value,
    token.id,
    token.name,
    JSON.stringify(token.permissions),
  );
}

export function findToken(db: DatabaseSync, value: string): Token | undefined {
  const row = db.prepare("SELECT * FROM tokens WHERE value = ?").get(value);
  if (row === undefined) return undefined;
  const permissions = permissionsSchema.parse(JSON.parse(text(row, "permissions")));
  return { id: text(row, "id"), name: text(row, "name"), permissions };
}

/** False when there was none. */
export const removeToken = (db: DatabaseSync, id: string): boolean =>
  db.prepare("DELETE FROM tokens WHERE id = ?").run(id).changes > 0;
