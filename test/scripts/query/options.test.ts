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
  const sql = "with x as (select 1) select * from x";
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
