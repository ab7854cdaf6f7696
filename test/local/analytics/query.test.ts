import { describe, expect, it } from "vitest";
import { datasetOf } from "./dataset.ts";

const rooms = () =>
  datasetOf([
    { ago: 3600, blobs: ["room", "lobby", "weur"], doubles: [3, 4, 10], indexes: ["lobby"] },
    { ago: 90, blobs: ["room", "lobby", "weur"], doubles: [5, 6, 20], indexes: ["lobby"] },
    { ago: 61, blobs: ["room", "cats", "apac"], doubles: [1, 1, 7], indexes: ["cats"] },
    { ago: 1, blobs: ["room", "cats"], doubles: [2, 2], indexes: ["cats"] },
    { ago: 1, dataset: "other", blobs: ["x"] },
  ]);

describe("what people ask", () => {
  it("the documented example: readings by index, weighted by the sample interval", () => {
    const { rows, types } = rooms();
    const query = `SELECT index1 AS room, SUM(_sample_interval) AS points,
      SUM(_sample_interval * double1) / SUM(_sample_interval) AS users
      FROM chat WHERE timestamp > NOW() - INTERVAL '7' DAY GROUP BY index1 ORDER BY room`;
    expect(rows(query)).toEqual([
      { room: "cats", points: "2", users: 1.5 },
      { room: "lobby", points: "2", users: 4 },
    ]);
    expect(types(query)).toEqual(["room String", "points UInt64", "users Float64"]);
  });

  it("counts over time: the start of an interval is a group, also by its alias", () => {
    const { rows } = rooms();
    expect(
      rows(
        `SELECT toStartOfInterval(timestamp, INTERVAL '1' MINUTE) AS minute, sum(double3) AS accepted
         FROM chat WHERE timestamp >= now() - INTERVAL '10' MINUTE GROUP BY minute ORDER BY minute DESC LIMIT 2`,
      ),
    ).toEqual([
      { minute: "2026-08-05 11:59:00", accepted: 0 },
      { minute: "2026-08-05 11:58:00", accepted: 27 },
    ]);
  });

  it("weighted quantiles", () => {
    const { rows } = rooms();
    expect(
      rows(
        "SELECT quantileExactWeighted(0.5)(double1, _sample_interval) AS p50, QUANTILEWEIGHTED(1, double1, _sample_interval) AS top FROM chat",
      ),
    ).toEqual([{ p50: 2, top: 5 }]);
  });

  it("conditions inside an aggregate, HAVING by alias, and a value that was never written is 0 or empty", () => {
    const { rows } = rooms();
    expect(
      rows(
        `SELECT blob2 AS room, sum(if(blob3 = '', 1, 0)) AS nowhere, count() AS n FROM chat
         GROUP BY room HAVING nowhere > 0 AND n >= 2`,
      ),
    ).toEqual([{ room: "cats", nowhere: "1", n: "2" }]);
    expect(rows("SELECT double20, blob20 FROM chat LIMIT 1")).toEqual([{ double20: 0, blob20: "" }]);
  });

  it("distinct values, extremes, the row of an extreme, and the most common values", () => {
    const { rows, types } = rooms();
    const query = `SELECT count(DISTINCT blob2) AS rooms, max(double1) AS most, min(timestamp) AS first,
      argMax(blob2, double1) AS biggest, topK(1)(blob2) AS common, avg(double1) AS mean FROM chat`;
    expect(rows(query)).toEqual([
      { rooms: "2", most: 5, first: "2026-08-05 11:00:00", biggest: "lobby", common: ["lobby"], mean: 2.75 },
    ]);
    expect(types(query)).toContain("common Array(String)");
  });

  it("a subquery, arithmetic, and rows left out", () => {
    const { rows } = rooms();
    expect(
      rows(
        `SELECT sum(users) AS users, count(*) AS rooms FROM
         (SELECT blob2 AS room, max(double1) AS users FROM chat GROUP BY room)`,
      ),
    ).toEqual([{ users: 7, rooms: "2" }]);
    expect(rows("SELECT double3 * 2 + 1 AS x FROM chat ORDER BY double3 DESC LIMIT 1 OFFSET 1")).toEqual([
      { x: 21 },
    ]);
  });

  it("an aggregate over no rows is one row of zeros; a group over no rows is no row", () => {
    const { rows } = rooms();
    expect(
      rows(
        "SELECT count() AS n, sum(double1) AS s, max(blob1) AS m, avg(double1) AS a FROM chat WHERE 1 = 2",
      ),
    ).toEqual([{ n: "0", s: 0, m: "", a: null }]);
    expect(rows("SELECT blob2, count() FROM chat WHERE 1 = 2 GROUP BY blob2")).toEqual([]);
  });

  it("operators of texts: IN, BETWEEN, LIKE with case and ILIKE without", () => {
    const { rows } = rooms();
    const count = (condition: string) => rows(`SELECT count() AS n FROM chat WHERE ${condition}`)[0]?.n;
    expect(count("blob2 IN ('cats', 'dogs')")).toBe("2");
    expect(count("blob2 NOT IN ('cats')")).toBe("2");
    expect(count("double1 BETWEEN 2 AND 3")).toBe("2");
    expect(count("blob2 LIKE 'l%y'")).toBe("2");
    expect(count("blob2 LIKE 'L%'")).toBe("0");
    expect(count("blob2 ILIKE 'L_BBY'")).toBe("2");
    expect(count("NOT blob2 LIKE 'l%' AND blob2 NOT ILIKE 'x%'")).toBe("2");
    expect(count("NOT (double1 > 2 OR blob2 = 'cats')")).toBe("0");
  });
});

describe("the shape of an answer", () => {
  it("JSON has meta, data and rows; JSONEachRow a line a row; TabSeparated escapes tabs", () => {
    const { text } = datasetOf([{ blobs: ["a\tb", "c"] }]);
    expect(JSON.parse(text("SELECT 'Hello' AS message"))).toMatchObject({
      meta: [{ name: "message", type: "String" }],
      data: [{ message: "Hello" }],
      rows: 1,
    });
    expect(text("SELECT blob1, blob2 FROM chat FORMAT JSONEachRow")).toBe('{"blob1":"a\\tb","blob2":"c"}\n');
    expect(text("SELECT blob1, blob2 FROM chat FORMAT TabSeparated;")).toBe("a\\tb\tc\n");
  });

  it("SHOW TABLES lists the datasets that something was written to", () => {
    expect(rooms().rows("SHOW TABLES")).toEqual([{ dataset: "chat" }, { dataset: "other" }]);
    expect(datasetOf([]).rows("show tables format json")).toEqual([]);
    expect(rooms().rows("SHOW TIMEZONE")).toEqual([{ timezone: "Etc/UTC" }]);
  });

  it("* is every column, and a column without an alias is named as it was written", () => {
    const { rows } = rooms();
    expect(Object.keys(rows("SELECT * FROM chat LIMIT 1")[0] ?? {})).toHaveLength(44);
    expect(Object.keys(rows("SELECT count(), sum( double1 ) FROM chat")[0] ?? {})).toEqual([
      "count()",
      "sum( double1 )",
    ]);
  });
});

describe("refusals name the reason, and nothing is answered in part", () => {
  it.each([
    ["SELECT countIf(double1 > 1) FROM chat", "unsupported function: countIf"],
    ["SELECT CASE WHEN double1 > 1 THEN 1 ELSE 0 END FROM chat", "unsupported expression type: CASE WHEN"],
    ["SELECT blob21 FROM chat", "unknown column: blob21"],
    ["SELECT blob1 FROM rooms", "unknown table: rooms. .* there are: chat, other"],
    ["SELECT blob1, count() FROM chat", "column blob1 is neither in GROUP BY nor in an aggregate"],
    ["SELECT blob1 FROM chat WHERE count() > 1", "aggregate function count is not allowed"],
    ["SELECT blob1 + 1 FROM chat", "'\\+' works on numbers; this is of type String"],
    ["SELECT blob1 = 1 FROM chat", "no comparison of String with UInt8"],
    [
      "SELECT lower(double1) FROM chat",
      "argument 1 of function lower is of type Float64; String is expected",
    ],
    ["SELECT if(1, 2) FROM chat", "function if takes 3 arguments, not 2"],
    ["SELECT toStartOfHour(timestamp, 1) FROM chat", "takes 1 arguments, not 2"],
    ["SELECT toDateTime('2026-01-01', 'Moon/Crater') FROM chat", "unknown timezone: Moon/Crater"],
    ["SELECT 1 FROM chat JOIN other", "unsupported clause: JOIN"],
    ["SELECT DISTINCT blob1 FROM chat", "unsupported clause: SELECT DISTINCT"],
    ["DELETE FROM chat", "unsupported statement: DELETE"],
    ["SELECT blob1 FROM chat FORMAT Parquet", "unsupported format: Parquet"],
    ["SELECT 1 FROM chat WHERE", "Expected: an expression, found: the end of the query"],
    ["SELECT 1; SELECT 2", "Expected: the end of the query, found: SELECT at character 11"],
    ["SELECT § FROM chat", "unexpected '§' at character 8"],
    ["", "unsupported statement"],
  ])("%s", (query, reason) => {
    expect(() => rooms().text(query)).toThrow(new RegExp(`^Input was invalid: .*${reason}`));
  });

  it("no query reaches the account's secrets or changes its data", () => {
    const { text, db } = rooms();
    expect(() => text("SELECT token FROM account")).toThrow("unknown table: account");
    expect(text("SELECT 'a''; DROP TABLE data_points; --' AS x")).toContain("DROP TABLE");
    expect(() => text('SELECT 1 FROM "chat\' UNION SELECT token FROM account --"')).toThrow("unknown table");
    expect(db.prepare("SELECT count(*) AS n FROM data_points").get()).toEqual({ n: 5 });
  });
});
