/** The functions of the dialect over single values, each as SQLite's words. */
import { type BitOperation, typeOfBits, widthOf } from "./bits.ts";
import { InvalidQuery } from "./invalid-query.ts";
import { quoteText, type Term } from "./term.ts";
import { DEFAULT_ZONE, isTimeZone } from "./time-zones.ts";
import {
  commonType,
  DATE,
  FLOAT64,
  INT64,
  type SqlType,
  TEXT,
  TIME,
  timeIn,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
} from "./types.ts";

type Wanted = SqlType["kind"] | "any";

interface ScalarFunction {
  /** Kinds of the arguments in order; those after `optional` may be left out. */
  readonly takes: readonly Wanted[];
  readonly optional?: number;
  readonly make: (args: readonly Term[], now: number) => Term;
}

const sql = (type: SqlType, text: (...args: string[]) => string) => (args: readonly Term[]) => ({
  sql: text(...args.map((arg) => arg.sql)),
  type,
});
const text = (make: (argument: string) => string): ScalarFunction => ({
  takes: ["text"],
  make: sql(TEXT, make),
});

/** The zone in which a time is read or shown: the argument, else the time's own, else UTC. */
function zoneOf(time: Term | undefined, given: Term | undefined): string {
  const zone = given?.constant ?? (time?.type.kind === "time" ? time.type.zone : undefined) ?? DEFAULT_ZONE;
  if (typeof zone === "string" && isTimeZone(zone)) return zone;
  throw new InvalidQuery(`unknown timezone: ${zone}. SHOW TIMEZONES lists them`);
}

const quotedZone = (time: Term | undefined, given?: Term) => quoteText(zoneOf(time, given));

const startOf = (count: number, unit: string): ScalarFunction => ({
  takes: ["time"],
  make: ([time = NOTHING]) => ({
    sql: `ae_start_of_interval(${time.sql}, ${count}, '${unit}', ${quotedZone(time)})`,
    type: time.type,
  }),
});

const field = (name: string, type: SqlType): ScalarFunction => ({
  takes: ["time"],
  make: ([time = NOTHING]) => ({ sql: `ae_field(${time.sql}, '${name}', ${quotedZone(time)})`, type }),
});

const rounding = (how: string): ScalarFunction => ({
  takes: ["number", "number"],
  optional: 1,
  make: sql(FLOAT64, (value, digits = "0") => `ae_round(${value}, '${how}', ${digits})`),
});

const NOTHING: Term = { sql: "NULL", type: TEXT };

const EXTRACTED: Readonly<Record<string, string>> = {
  YEAR: "year",
  MONTH: "month",
  DAY: "dayOfMonth",
  HOUR: "hour",
  MINUTE: "minute",
  SECOND: "second",
};

/** Shifts and rotations keep the width of what is shifted. */
const bitwise = (operation: BitOperation, takes: 1 | 2): ScalarFunction => ({
  takes: takes === 1 ? ["number"] : ["number", "number"],
  make: ([a = NOTHING, b]) => {
    const symmetric = operation === "and" || operation === "or" || operation === "xor";
    const type = symmetric && b !== undefined ? typeOfBits(a.type, b.type) : typeOfBits(a.type);
    const signed = type.name === "Int64" ? 1 : 0;
    return { sql: `ae_bits('${operation}', ${a.sql}, ${b?.sql ?? 0}, ${widthOf(type)}, ${signed})`, type };
  },
});

const isFloat = ({ type }: Term): number => (type.name === "Float64" ? 1 : 0);
const ones = (term: Term): string => `ae_bit_count(${term.sql}, ${widthOf(term.type)}, ${isFloat(term)})`;

const encoding = (base: 2 | 16): ScalarFunction => ({
  takes: ["any"],
  make: ([value = NOTHING]) => ({ sql: `ae_encode(${value.sql}, ${base}, ${isFloat(value)})`, type: TEXT }),
});

/** By lower-case name: `now`, `NOW` and `Now` are one function. */
const FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  if: {
    takes: ["number", "any", "any"],
    make: ([condition = NOTHING, then = NOTHING, otherwise = NOTHING]) => ({
      sql: `iif(${condition.sql}, ${then.sql}, ${otherwise.sql})`,
      type: commonType(then.type, otherwise.type),
    }),
  },

  now: { takes: [], make: (_, now) => ({ sql: String(now), type: TIME }) },
  today: { takes: [], make: (_, now) => ({ sql: `${now} / 86400 * 86400`, type: DATE }) },
  todatetime: { takes: ["any", "text"], optional: 1, make: toDateTime },
  tounixtimestamp: { takes: ["time"], make: sql(UINT32, (time) => time) },
  formatdatetime: {
    takes: ["time", "text", "text"],
    optional: 2,
    make: ([time = NOTHING, format = NOTHING, zone]) => ({
      sql: `ae_format_time(${time.sql}, ${format.sql}, ${quotedZone(time, zone)})`,
      type: TEXT,
    }),
  },
  tostartofyear: startOf(1, "YEAR"),
  tostartofmonth: startOf(1, "MONTH"),
  tostartofweek: { takes: ["time"], make: sql(TIME, (time) => `ae_start_of_week(${time})`) },
  tostartofday: startOf(1, "DAY"),
  tostartofhour: startOf(1, "HOUR"),
  tostartoffifteenminutes: startOf(15, "MINUTE"),
  tostartoftenminutes: startOf(10, "MINUTE"),
  tostartoffiveminutes: startOf(5, "MINUTE"),
  tostartofminute: startOf(1, "MINUTE"),
  toyear: field("year", UINT16),
  tomonth: field("month", UINT8),
  todayofmonth: field("dayOfMonth", UINT8),
  todayofweek: field("dayOfWeek", UINT8),
  tohour: field("hour", UINT8),
  tominute: field("minute", UINT8),
  tosecond: field("second", UINT8),
  toyyyymm: {
    takes: ["time"],
    make: ([time = NOTHING]) => ({
      sql: `ae_field(${time.sql}, 'year', ${quotedZone(time)}) * 100 + ae_field(${time.sql}, 'month', ${quotedZone(time)})`,
      type: UINT32,
    }),
  },
  extract: {
    takes: ["text", "time"],
    make: ([unit = NOTHING, time = NOTHING]) => ({
      sql: `ae_field(${time.sql}, '${EXTRACTED[String(unit.constant)] ?? ""}', ${quotedZone(time)})`,
      type: UINT16,
    }),
  },

  length: { takes: ["text"], make: sql(UINT64, (value) => `length(${value})`) },
  empty: { takes: ["text"], make: sql(UINT8, (value) => `(${value} = '')`) },
  lower: text((value) => `lower(${value})`),
  upper: text((value) => `upper(${value})`),
  lowerutf8: text((value) => `ae_lower(${value})`),
  tolower: text((value) => `ae_lower(${value})`),
  upperutf8: text((value) => `ae_upper(${value})`),
  toupper: text((value) => `ae_upper(${value})`),
  startswith: {
    takes: ["text", "text"],
    make: sql(UINT8, (value, start) => `ae_starts(${value}, ${start})`),
  },
  endswith: { takes: ["text", "text"], make: sql(UINT8, (value, end) => `ae_ends(${value}, ${end})`) },
  position: {
    takes: ["text", "text"],
    make: sql(UINT64, (needle, haystack) => `instr(${haystack}, ${needle})`),
  },
  substring: {
    takes: ["text", "number", "number"],
    optional: 2,
    make: sql(TEXT, (...args) => `substr(${args.join(", ")})`),
  },

  intdiv: {
    takes: ["number", "number"],
    make: sql(INT64, (left, right) => `CAST(ae_round(1.0 * ${left} / ${right}, 'floor', 0) AS INTEGER)`),
  },
  log: { takes: ["number"], make: sql(FLOAT64, (value) => `ae_log(${value})`) },
  ln: { takes: ["number"], make: sql(FLOAT64, (value) => `ae_log(${value})`) },
  pow: {
    takes: ["number", "number"],
    make: sql(FLOAT64, (base, exponent) => `ae_pow(${base}, ${exponent})`),
  },
  round: rounding("round"),
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  touint8: { takes: ["any"], make: sql(UINT8, (value) => `ae_unsigned(${value}, 8)`) },
  touint32: { takes: ["any"], make: sql(UINT32, (value) => `ae_unsigned(${value}, 32)`) },

  bitand: bitwise("and", 2),
  bitor: bitwise("or", 2),
  bitxor: bitwise("xor", 2),
  bitnot: bitwise("not", 1),
  bitshiftleft: bitwise("left", 2),
  bitshiftright: bitwise("right", 2),
  bitrotateleft: bitwise("rotateLeft", 2),
  bitrotateright: bitwise("rotateRight", 2),
  bittest: { takes: ["number", "number"], make: sql(UINT8, (a, n) => `(CAST(${a} AS INTEGER) >> ${n} & 1)`) },
  bitcount: { takes: ["number"], make: ([value = NOTHING]) => ({ sql: ones(value), type: UINT8 }) },
  bithammingdistance: {
    takes: ["number", "number"],
    make: (args) => ({ sql: ones(bitwise("xor", 2).make(args, 0)), type: UINT8 }),
  },
  bin: encoding(2),
  hex: encoding(16),
};

function toDateTime([value = NOTHING, given]: readonly Term[]): Term {
  const zone = zoneOf(value, given);
  const type = given === undefined && value.type.kind === "time" ? value.type : timeIn(given && zone);
  if (value.type.kind !== "text") return { sql: `CAST(${value.sql} AS INTEGER)`, type };
  return { sql: `ae_read_time(${value.sql}, ${quoteText(zone)})`, type };
}

/** `format('{}', …)` takes any number of values and shows times as times. */
function format(args: readonly Term[]): Term {
  const shown = args.map((arg) =>
    arg.type.kind === "time" ? `ae_show_time(${arg.sql}, ${quotedZone(arg)})` : arg.sql,
  );
  return { sql: `ae_format(${shown.join(", ")})`, type: TEXT };
}

export const isScalarFunction = (name: string): boolean =>
  name.toLowerCase() === "format" || Object.hasOwn(FUNCTIONS, name.toLowerCase());

/** Throws `InvalidQuery` when an argument is missing, too many, or of another kind. */
export function callScalar(name: string, args: readonly Term[], now: number): Term {
  const lower = name.toLowerCase();
  if (lower === "format") return format(args);
  const found = Object.hasOwn(FUNCTIONS, lower) ? FUNCTIONS[lower] : undefined;
  if (found === undefined) throw new InvalidQuery(`unsupported function: ${name}`);
  requireArguments(name, args, found.takes, found.optional);
  return found.make(args, now);
}

export function requireArguments(
  name: string,
  args: readonly Term[],
  takes: readonly Wanted[],
  optional = takes.length,
): void {
  if (args.length < optional || args.length > takes.length)
    throw new InvalidQuery(
      `function ${name} takes ${optional === takes.length ? optional : `${optional} to ${takes.length}`} arguments, not ${args.length}`,
    );
  for (const [index, wanted] of takes.entries()) {
    const arg = args[index];
    if (arg !== undefined && wanted !== "any" && arg.type.kind !== wanted)
      throw new InvalidQuery(
        `argument ${index + 1} of function ${name} is of type ${arg.type.name}; ${KIND_NAMES[wanted]} is expected`,
      );
  }
}

const KIND_NAMES: Readonly<Record<SqlType["kind"], string>> = {
  text: "String",
  number: "a number",
  time: "DateTime",
  date: "Date",
  list: "an array",
};
