/** A part of a query in SQLite's words, with its type in the dialect. */
import { InvalidQuery } from "./invalid-query.ts";
import type { SqlType } from "./types.ts";

export interface Term {
  readonly sql: string;
  readonly type: SqlType;
  /** The value, where it stands in the query: some arguments must. */
  readonly constant?: string | number;
}

export function quoteText(value: string): string {
  if (value.includes("\0")) throw new InvalidQuery("a string must not hold the character NUL");
  return `'${value.replaceAll("'", "''")}'`;
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
