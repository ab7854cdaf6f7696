import { expect, test } from "vitest";
import { readQueryOptions } from "../../../scripts/query/options.ts";

test("a stack and a room ask for an overview of every region", () => {
  expect(readQueryOptions(["dev", "lobby"])).toEqual({
    stack: "dev",
    room: "lobby",
    sql: undefined,
    region: undefined,
    hub: false,
    json: false,
  });
  const sql = "select * from (select 1);";
  expect(readQueryOptions(["dev", "lobby", sql, "--region", "weur", "--json"])).toMatchObject({
    sql,
    region: "weur",
    json: true,
  });
});

test("everything that is not understood is named at once", () => {
  const wrong = () =>
    readQueryOptions(["dev", "a/b", "DELETE FROM entries", "x", "--all", "--hub", "--region", "weur"]);
  for (const problem of [/"a\/b" is no room/, /DELETE.*only read/, /"x"/, /"--all"/, /hub is of no region/])
    expect(wrong).toThrow(problem);
  expect(() => readQueryOptions([])).toThrow(/Which stack/);
});

test("what could write is refused, wherever it stands in the query", () => {
  for (const sql of [
    "SELECT 1; DELETE FROM entries",
    "WITH x AS (SELECT 1) DELETE FROM entries",
    "PRAGMA writable_schema = 1",
    "EXPLAIN SELECT 1; DROP TABLE entries;",
  ])
    expect(() => readQueryOptions(["dev", "lobby", sql])).toThrow(/does not only read/);
});
