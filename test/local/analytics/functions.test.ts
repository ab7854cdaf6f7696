import { describe, expect, it } from "vitest";
import { datasetOf } from "./dataset.ts";

const value = (expression: string) => datasetOf([]).rows(`SELECT ${expression} AS v`)[0]?.v;

describe("functions give what their documentation says", () => {
  it.each([
    ["if(20 > 20, 'warm', 'jumper')", "jumper"],
    [
      "formatDateTime(toDateTime('2022-12-01 16:17:00', 'America/New_York'), '%Y-%m-%d %H', 'Etc/UTC')",
      "2022-12-01 21",
    ],
    ["toDateTime('2022-12-01 16:17:00', 'America/New_York')", "2022-12-01 16:17:00"],
    ["toUnixTimestamp(toDateTime('2022-12-01 16:17:00', 'America/New_York'))", 1669929420],
    ["toDateTime(355924804)", "1981-04-12 12:00:04"],
    ["toDateTime('355924804')", "1981-04-12 12:00:04"],
    ["now()", "2026-08-05 12:00:00"],
    ["today()", "2026-08-05"],
    ["toYear(toDateTime('2025-10-27 00:00:00'))", 2025],
    ["toMonth(toDateTime('2025-10-27 00:00:00'))", 10],
    ["toDayOfWeek(toDateTime('2025-11-02 00:00:00'))", 7],
    ["toDayOfMonth(toDateTime('2025-10-27 00:00:00'))", 27],
    ["toHour(toDateTime('2025-10-27 09:11:13'))", 9],
    ["toMinute(toDateTime('2025-10-27 09:11:13'))", 11],
    ["toSecond(toDateTime('2025-10-27 09:11:13'))", 13],
    ["toStartOfInterval(toDateTime('2025-10-27 16:55:25'), INTERVAL '15' MINUTE)", "2025-10-27 16:45:00"],
    [
      "toStartOfInterval(toDateTime('2025-10-27 02:00:00'), INTERVAL '1' DAY, 'America/New_York')",
      "2025-10-26 04:00:00",
    ],
    ["toStartOfInterval(toDateTime('2025-10-27 02:00:00'), INTERVAL '3' MONTH)", "2025-10-01 00:00:00"],
    ["toStartOfYear(toDateTime('2025-10-27 00:00:00'))", "2025-01-01 00:00:00"],
    ["toStartOfMonth(toDateTime('2025-10-27 00:00:00'))", "2025-10-01 00:00:00"],
    ["toStartOfWeek(toDateTime('2025-10-29 00:00:00'))", "2025-10-27 00:00:00"],
    ["toStartOfWeek(toDateTime('2025-10-27 00:00:00'))", "2025-10-27 00:00:00"],
    ["toStartOfDay(toDateTime('2025-10-27 16:55:25'))", "2025-10-27 00:00:00"],
    ["toStartOfHour(toDateTime('2025-10-27 16:55:25'))", "2025-10-27 16:00:00"],
    ["toStartOfFifteenMinutes(toDateTime('2025-10-27 16:55:25'))", "2025-10-27 16:45:00"],
    ["toStartOfTenMinutes(toDateTime('2025-10-27 16:55:25'))", "2025-10-27 16:50:00"],
    ["toStartOfFiveMinutes(toDateTime('2025-10-27 16:55:25'))", "2025-10-27 16:55:00"],
    ["toStartOfMinute(toDateTime('2025-10-27 16:55:25'))", "2025-10-27 16:55:00"],
    ["toYYYYMM(toDateTime('2025-10-27 16:55:25'))", 202510],
    ["now() - INTERVAL '1' MONTH", "2026-07-05 12:00:00"],
    ["toDateTime('2026-03-31 01:00:00') - INTERVAL 1 MONTH", "2026-02-28 01:00:00"],
    ["extract(SECOND from toDateTime('2022-06-06 11:30:15'))", 15],
    ["length('zwölf')", "5"],
    ["empty('')", 1],
    ["lower('ABCÄ')", "abcÄ"],
    ["toLower('ABCÄ')", "abcä"],
    ["upperUTF8('abcä')", "ABCÄ"],
    ["startsWith('prefix ...', 'prefix')", 1],
    ["endsWith('prefix suffix', 'prefix')", 0],
    ["position(':' IN 'hello: world')", "6"],
    ["substring('hello: world', 1, position(':' IN 'hello: world')-1)", "hello"],
    ["format('blob1: {} at {}', 'x', toDateTime(0))", "blob1: x at 1970-01-01 00:00:00"],
    ["intDiv(7, 2)", "3"],
    ["round(log(pow(2, 10)), 2)", 6.93],
    ["round(5.5)", 6],
    ["round(3.14, 1)", 3.1],
    ["floor(5.5)", 5],
    ["ceil(3.14, 1)", 3.2],
    ["toUInt8('255')", 255],
    ["toUInt32(3.9)", 3],
    ["bitAnd(1, 3)", 1],
    ["bitOr(1, 2)", 3],
    ["bitOr(1, 256)", 257],
    ["bitXor(1, 2)", 3],
    ["bitXor(3, 3)", 0],
    ["bitNot(1)", 254],
    ["bitNot(-1.0)", "0"],
    ["bitTest(3, 1)", 1],
    ["bitCount(7)", 3],
    ["bitCount(1.0)", 10],
    ["bitHammingDistance(1, 1)", 0],
    ["bitHammingDistance(3, 0)", 2],
    ["bitShiftLeft(1, 1)", 2],
    ["bitShiftLeft(128, 1)", 0],
    ["bitShiftLeft(1, 9)", 0],
    ["bitShiftRight(1, 1)", 0],
    ["bitShiftRight(12, 2)", 3],
    ["bitRotateLeft(1, 1)", 2],
    ["bitRotateLeft(128, 1)", 1],
    ["bitRotateRight(1, 1)", 128],
    ["bitRotateRight(12, 2)", 3],
    ["bin(1)", "00000001"],
    ["bin('abc')", "011000010110001001100011"],
    ["hex(1)", "01"],
    ["hex(256)", "0100"],
    ["hex('abc')", "616263"],
    ["hex(14.0)", "0000000000002C40"],
    ["-(2 + 3) * 4 % 3", "-2"],
    ["7 / 2", 3.5],
    ["1 / 0", null],
    ["true AND NOT false", 1],
    ["'it''s'", "it's"],
  ])("%s", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

it("the first and the last value are those of the points written first and last", () => {
  const point = (ago: number, text: string) => ({ ago, indexes: ["i"], blobs: [text], doubles: [] });
  const { rows } = datasetOf([point(30, "old"), point(20, "middle"), point(10, "new")]);
  expect(rows("SELECT first_value(blob1) AS a, last_value(blob1) AS z FROM chat")).toEqual([
    { a: "old", z: "new" },
  ]);
  expect(
    rows("SELECT first_value(blob1) AS a, last_value(timestamp) AS z FROM chat WHERE blob1 = 'none'"),
  ).toEqual([{ a: "", z: "1970-01-01 00:00:00" }]);
});
