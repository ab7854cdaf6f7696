/** The functions of the dialect over many rows, each as SQLite's words. */
import { requireArguments } from "./functions.ts";
import { InvalidQuery } from "./invalid-query.ts";
import type { Term } from "./term.ts";
import { emptyValue, FLOAT64, INT64, listOf, type SqlType, UINT64 } from "./types.ts";

export interface AggregateCall {
  readonly name: string;
  readonly parameters: readonly Term[] | undefined;
  readonly args: readonly Term[];
  readonly distinct: boolean;
}

type Aggregate = (call: AggregateCall) => Term;

const DEFAULT_TOP = 10;

const one = ({ name, args }: AggregateCall): Term => {
  const [arg] = args;
  requireArguments(name, args, ["any"]);
  if (arg === undefined) throw new InvalidQuery(`function ${name} takes 1 argument`);
  return arg;
};

const sumType = (type: SqlType): SqlType =>
  type.name === "Float64" ? FLOAT64 : type.name === "Int64" ? INT64 : UINT64;

/** A parameter in the first parentheses, which must stand there as a number. */
function numberParameter({ name, parameters }: AggregateCall, fallback?: number): number {
  const [parameter] = parameters ?? [];
  const value = parameter === undefined ? fallback : parameter.constant;
  if (typeof value !== "number")
    throw new InvalidQuery(
      `function ${name} takes a number in parentheses of its own: ${name}(<number>)(...)`,
    );
  return value;
}

function quantile(call: AggregateCall, level: number, args: readonly Term[]): Term {
  if (!(level >= 0 && level <= 1))
    throw new InvalidQuery(`the quantile of ${call.name} is ${level}; 0 to 1 are allowed`);
  requireArguments(call.name, args, ["number", "number"]);
  return { sql: `ae_quantile(${args.map(({ sql }) => sql).join(", ")}, ${level})`, type: FLOAT64 };
}

const extreme =
  (verb: "min" | "max"): Aggregate =>
  (call) => {
    const { sql, type } = one(call);
    return { sql: `coalesce(${verb}(${sql}), ${emptyValue(type)})`, type };
  };

const argOf =
  (verb: "ae_arg_max" | "ae_arg_min"): Aggregate =>
  ({ name, args }) => {
    requireArguments(name, args, ["any", args[1]?.type.kind === "time" ? "time" : "number"]);
    const [arg, value] = args;
    const type = arg?.type ?? FLOAT64;
    return { sql: `coalesce(${verb}(${arg?.sql}, ${value?.sql}), ${emptyValue(type)})`, type };
  };

/** Rows come in the order in which they were written. */
const atEnd =
  (verb: "ae_first" | "ae_last"): Aggregate =>
  (call) => {
    const { sql, type } = one(call);
    return { sql: `coalesce(${verb}(${sql}), ${emptyValue(type)})`, type };
  };

const top =
  (weighted: boolean): Aggregate =>
  (call) => {
    requireArguments(call.name, call.args, weighted ? ["any", "number"] : ["any"]);
    const [value, weight] = call.args;
    const size = numberParameter(call, DEFAULT_TOP);
    return {
      sql: `ae_top(${value?.sql}, ${weight?.sql ?? "1"}, ${size})`,
      type: listOf(value?.type ?? FLOAT64),
    };
  };

/** By lower-case name. */
const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  count: ({ name, args, distinct }) => {
    if (args.length === 0) return { sql: "count(*)", type: UINT64 };
    requireArguments(name, args, ["any"]);
    return { sql: `count(${distinct ? "DISTINCT " : ""}${args[0]?.sql})`, type: UINT64 };
  },
  sum: ({ name, args, distinct }) => {
    requireArguments(name, args, ["number"]);
    const [arg] = args;
    const type = sumType(arg?.type ?? FLOAT64);
    return { sql: `coalesce(sum(${distinct ? "DISTINCT " : ""}${arg?.sql}), 0)`, type };
  },
  avg: ({ name, args, distinct }) => {
    requireArguments(name, args, ["number"]);
    return { sql: `avg(${distinct ? "DISTINCT " : ""}${args[0]?.sql})`, type: FLOAT64 };
  },
  min: extreme("min"),
  max: extreme("max"),
  quantileexactweighted: (call) => quantile(call, numberParameter(call), call.args),
  /** The older form, with the level as the first argument. */
  quantileweighted: (call) => {
    const [level, ...args] = call.args;
    return quantile(call, typeof level?.constant === "number" ? level.constant : Number.NaN, args);
  },
  argmax: argOf("ae_arg_max"),
  argmin: argOf("ae_arg_min"),
  first_value: atEnd("ae_first"),
  last_value: atEnd("ae_last"),
  topk: top(false),
  topkweighted: top(true),
};

export const isAggregate = (name: string): boolean => Object.hasOwn(AGGREGATES, name.toLowerCase());

export function callAggregate(call: AggregateCall): Term {
  const found = AGGREGATES[call.name.toLowerCase()];
  if (found === undefined) throw new InvalidQuery(`unsupported function: ${call.name}`);
  return found(call);
}
