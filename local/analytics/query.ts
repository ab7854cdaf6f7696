/** Answers queries in the dialect of Workers Analytics Engine, from the account's data points, with SQLite. */
import { DatabaseSync } from "node:sqlite";
import { type Answer, showAnswer } from "./sql/answer.ts";
import { InvalidQuery } from "./sql/invalid-query.ts";
import { parseStatement } from "./sql/parse-statement.ts";
import { addFunctions } from "./sql/sqlite-functions.ts";
import { DEFAULT_ZONE } from "./sql/time-zones.ts";
import { translateSelect } from "./sql/translate-select.ts";
import { TEXT } from "./sql/types.ts";

/** A connection of its own that cannot write, with the functions of the dialect. */
export function openForQueries(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true });
  addFunctions(db);
  return db;
}

/** `nowMs` is unix time in ms. Throws `InvalidQuery` with the reason. */
export function answerQuery(db: DatabaseSync, query: string, nowMs: number): Answer {
  const statement = parseStatement(query);
  if (statement.kind === "show") {
    const [column, values] = shown(db, statement.what);
    return showAnswer(
      [{ name: column, type: TEXT }],
      values.map((value) => ({ [column]: value })),
      statement.format,
    );
  }
  const world = { datasets: datasetsOf(db), now: Math.floor(nowMs / 1000) };
  const { sql, columns } = translateSelect(statement.select, world);
  try {
    return showAnswer(columns, db.prepare(sql).all(), statement.format);
  } catch (error) {
    if (error instanceof InvalidQuery) throw error;
    throw new InvalidQuery(error instanceof Error ? error.message : String(error));
  }
}

function shown(db: DatabaseSync, what: "TABLES" | "TIMEZONES" | "TIMEZONE"): [string, readonly string[]] {
  switch (what) {
    case "TABLES":
      return ["dataset", datasetsOf(db)];
    case "TIMEZONES":
      return ["timezone", [DEFAULT_ZONE, ...Intl.supportedValuesOf("timeZone")]];
    case "TIMEZONE":
      return ["timezone", [DEFAULT_ZONE]];
  }
}

const datasetsOf = (db: DatabaseSync): string[] =>
  db
    .prepare("SELECT DISTINCT dataset FROM data_points ORDER BY dataset")
    .all()
    .map((row) => String(row.dataset));
