/** The rows of an answer in the three formats of the dialect. */
import type { SQLOutputValue } from "node:sqlite";
import { showTime } from "./calendar.ts";
import type { Format } from "./syntax.ts";
import { DEFAULT_ZONE } from "./time-zones.ts";
import type { OutputColumn } from "./translate-select.ts";
import type { SqlType } from "./types.ts";

export interface Answer {
  readonly contentType: string;
  readonly body: string;
}

type Row = Readonly<Record<string, SQLOutputValue>>;

export function showAnswer(columns: readonly OutputColumn[], rows: readonly Row[], format: Format): Answer {
  const shown = rows.map((row) =>
    columns.map(({ name, type }) => [name, jsonValue(row[name] ?? null, type)] as const),
  );
  switch (format) {
    case "JSON": {
      const answer = {
        meta: columns.map(({ name, type }) => ({ name, type: type.name })),
        data: shown.map((row) => Object.fromEntries(row)),
        rows: rows.length,
        rows_before_limit_at_least: rows.length,
      };
      return { contentType: "application/json", body: JSON.stringify(answer) };
    }
    case "JSONEachRow":
      return {
        contentType: "application/x-ndjson",
        body: lines(shown.map((row) => JSON.stringify(Object.fromEntries(row)))),
      };
    case "TabSeparated":
      return {
        contentType: "text/tab-separated-values; charset=UTF-8",
        body: lines(shown.map((row) => row.map(([, value]) => tabValue(value)).join("\t"))),
      };
  }
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** 64-bit numbers are strings, which JavaScript reads without loss; infinities and NaN are null. */
function jsonValue(value: SQLOutputValue, type: SqlType): unknown {
  if (type.kind === "list") return JSON.parse(String(value));
  if (value === null) return null;
  if (type.kind === "time") return showTime(Number(value), type.zone ?? DEFAULT_ZONE);
  if (type.kind === "date") return showTime(Number(value), DEFAULT_ZONE).slice(0, 10);
  if (type.name === "UInt64" || type.name === "Int64") return String(value);
  return value;
}

const TAB_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function tabValue(value: unknown): string {
  if (value === null) return "\\N";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value).replace(/[\\\t\n\r]/g, (character) => TAB_ESCAPES[character] ?? character);
}
