/** What SQLite lacks of the dialect, as functions and aggregates in JavaScript. Their names begin with `ae_`. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { type BitOperation, bitCount, bitOperation, encoded } from "./bits.ts";
import {
  addMonths,
  type Field,
  fieldOf,
  formatTime,
  readTime,
  showTime,
  startOfInterval,
  startOfWeek,
} from "./calendar.ts";
import { likePattern } from "./like-pattern.ts";
import { quantileExactWeighted, type Weighted } from "./quantile.ts";
import { UNITS } from "./syntax.ts";

type Value = SQLInputValue;

const unitOf = (value: Value) => UNITS.find((unit) => unit === value) ?? "SECOND";
/** `Math.round` rounds halves up; the dialect, like IEEE 754, to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
const ROUNDINGS = { round: roundHalfEven, floor: Math.floor, ceil: Math.ceil } as const;
const FIELDS: readonly Field[] = ["year", "month", "dayOfMonth", "dayOfWeek", "hour", "minute", "second"];

const BIT_OPERATIONS: readonly BitOperation[] = [
  "and",
  "or",
  "xor",
  "not",
  "left",
  "right",
  "rotateLeft",
  "rotateRight",
];
/** SQLite's integers have a sign: what is larger is kept as nearly as a Float64 can. */
const integer = (value: bigint): Value => (value < 2n ** 63n ? value : Number(value));

const FUNCTIONS: Readonly<Record<string, (...args: Value[]) => Value>> = {
  ae_start_of_interval: (time, count, unit, zone) =>
    startOfInterval(Number(time), Number(count), unitOf(unit ?? null), String(zone)),
  ae_start_of_week: (time) => startOfWeek(Number(time)),
  ae_add_months: (time, months) => addMonths(Number(time), Number(months)),
  ae_show_time: (time, zone) => showTime(Number(time), String(zone)),
  ae_format_time: (time, format, zone) => formatTime(Number(time), String(format), String(zone)),
  ae_read_time: (text, zone) => readTime(String(text), String(zone)) ?? null,
  ae_field: (time, name, zone) => {
    const field = FIELDS.find((candidate) => candidate === name);
    return field === undefined ? null : fieldOf(Number(time), field, String(zone));
  },
  ae_like: (text, pattern, ignoreCase) =>
    Number(likePattern(String(pattern), ignoreCase === 1).test(String(text))),
  ae_bits: (operation, a, b, width, signed) => {
    const found = BIT_OPERATIONS.find((candidate) => candidate === operation) ?? "and";
    return integer(bitOperation(found, Number(a), Number(b), Number(width), signed === 1));
  },
  ae_bit_count: (value, width, isFloat) => bitCount(Number(value), Number(width), isFloat === 1),
  ae_encode: (value, base, isFloat) =>
    encoded(typeof value === "string" ? value : Number(value), base === 2 ? 2 : 16, isFloat === 1),
  ae_lower: (text) => String(text).toLowerCase(),
  ae_upper: (text) => String(text).toUpperCase(),
  ae_starts: (text, start) => Number(String(text).startsWith(String(start))),
  ae_ends: (text, end) => Number(String(text).endsWith(String(end))),
  ae_log: (value) => finite(Math.log(Number(value))),
  ae_pow: (base, exponent) => finite(Number(base) ** Number(exponent)),
  ae_round: (value, how, digits) => {
    const rounding = how === "floor" ? ROUNDINGS.floor : how === "ceil" ? ROUNDINGS.ceil : ROUNDINGS.round;
    const scale = 10 ** Number(digits);
    return rounding(Number(value) * scale) / scale;
  },
  ae_unsigned: (value, bits) => Math.trunc(Number(value) || 0) % 2 ** Number(bits),
};

/** The dialect's infinities and NaN have no place in SQLite: NULL, as the answer in JSON has them. */
const finite = (value: number): Value => (Number.isFinite(value) ? value : null);

interface Aggregation<State> {
  readonly start: () => State;
  readonly step: (state: State, ...args: Value[]) => State;
  readonly result: (state: State) => Value;
}

/** Node's types let a state be a SQLite value only; its documentation and its code take any. */
const addAggregate = <State>(db: DatabaseSync, name: string, aggregation: Aggregation<State>): void =>
  (db.aggregate as unknown as (name: string, aggregation: Aggregation<State>) => void).call(
    db,
    name,
    aggregation,
  );

export function addFunctions(db: DatabaseSync): void {
  for (const [name, work] of Object.entries(FUNCTIONS)) db.function(name, { deterministic: true }, work);
  db.function("ae_format", { deterministic: true, varargs: true }, (pattern, ...values) => {
    let index = 0;
    return String(pattern).replaceAll("{}", () => String(values[index++] ?? ""));
  });
  addAggregate(db, "ae_quantile", {
    start: (): Weighted[] => [],
    step: (rows: Weighted[], value, weight, level) => {
      rows.push({ value: Number(value), weight: Number(weight), level: Number(level) });
      return rows;
    },
    result: (rows) => quantileExactWeighted(rows, rows[0]?.level ?? 0) ?? null,
  });
  addAggregate(db, "ae_top", {
    start: (): { weights: Map<Value, number>; size: number } => ({ weights: new Map(), size: 0 }),
    step: (state, value, weight, size) => {
      state.weights.set(value, (state.weights.get(value) ?? 0) + Number(weight));
      return { ...state, size: Number(size) };
    },
    result: ({ weights, size }) =>
      JSON.stringify(
        [...weights]
          .sort(([, left], [, right]) => right - left)
          .slice(0, size)
          .map(([value]) => value),
      ),
  });
  for (const [name, keeps] of [
    ["ae_first", true],
    ["ae_last", false],
  ] as const)
    addAggregate(db, name, {
      start: (): { value: Value } | undefined => undefined,
      step: (state: { value: Value } | undefined, value) =>
        keeps && state !== undefined ? state : { value: value ?? null },
      result: (state) => state?.value ?? null,
    });
  for (const [name, better] of [
    ["ae_arg_max", (value: number, best: number) => value > best],
    ["ae_arg_min", (value: number, best: number) => value < best],
  ] as const)
    addAggregate(db, name, {
      start: (): { arg: Value; best: number | undefined } => ({ arg: null, best: undefined }),
      step: (state, arg, value) =>
        state.best === undefined || better(Number(value), state.best) ? { arg, best: Number(value) } : state,
      result: ({ arg }) => arg,
    });
}
