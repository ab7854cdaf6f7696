/** Expressions of the dialect in SQLite's words. */
import { callAggregate, isAggregate } from "./aggregates.ts";
import { UNIT_SECONDS } from "./calendar.ts";
import { callScalar, isScalarFunction } from "./functions.ts";
import { InvalidQuery } from "./invalid-query.ts";
import type { Call, Expression, Operator } from "./syntax.ts";
import { quoteText, type Term } from "./term.ts";
import { DEFAULT_ZONE } from "./time-zones.ts";
import { TEXT, typeOfArithmetic, typeOfNumber, UINT8 } from "./types.ts";

export interface Scope {
  /** What a bare name stands for. Throws `InvalidQuery` when it stands for nothing. */
  readonly column: (name: string) => Term;
  /** False inside WHERE, GROUP BY and another aggregate. */
  readonly aggregates: boolean;
  /** Seconds since the epoch: one query has one now. */
  readonly now: number;
}

export function translate(expression: Expression, scope: Scope): Term {
  switch (expression.kind) {
    case "column":
      return scope.column(expression.name);
    case "text":
      return { sql: quoteText(expression.value), type: TEXT, constant: expression.value };
    case "number":
      return {
        sql: expression.digits,
        type: typeOfNumber(expression.digits),
        constant: Number(expression.digits),
      };
    case "boolean":
      return { sql: expression.value ? "1" : "0", type: UINT8 };
    case "interval":
      throw new InvalidQuery("an INTERVAL stands behind + or - only, or in toStartOfInterval");
    case "call":
      return call(expression.call, scope);
    case "not":
      return { sql: `(NOT ${condition(expression.operand, scope).sql})`, type: UINT8 };
    case "negative":
      return negative(expression.operand, scope);
    case "operation":
      return operation(expression.operator, expression.left, expression.right, scope);
    case "in": {
      const operand = translate(expression.operand, scope);
      const list = expression.list.map((item) => comparable(operand, translate(item, scope))[1].sql);
      return {
        sql: `(${operand.sql} ${expression.negated ? "NOT " : ""}IN (${list.join(", ")}))`,
        type: UINT8,
      };
    }
    case "between": {
      const operand = translate(expression.operand, scope);
      const [low, high] = [expression.low, expression.high].map(
        (bound) => comparable(operand, translate(bound, scope))[1].sql,
      );
      const not = expression.negated ? "NOT " : "";
      return { sql: `(${operand.sql} ${not}BETWEEN ${low} AND ${high})`, type: UINT8 };
    }
    case "like": {
      const args = [expression.operand, expression.pattern].map((part) => {
        const term = translate(part, scope);
        if (term.type.kind !== "text")
          throw new InvalidQuery(`LIKE compares strings; this is of type ${term.type.name}`);
        return term.sql;
      });
      const sql = `ae_like(${args.join(", ")}, ${expression.ignoreCase ? 1 : 0})`;
      return { sql: expression.negated ? `(NOT ${sql})` : sql, type: UINT8 };
    }
  }
}

function call({ name, parameters, args, distinct }: Call, scope: Scope): Term {
  if (isAggregate(name)) {
    if (!scope.aggregates)
      throw new InvalidQuery(
        `aggregate function ${name} is not allowed in WHERE, GROUP BY or another aggregate`,
      );
    const inner = { ...scope, aggregates: false };
    return callAggregate({
      name,
      distinct,
      parameters: parameters?.map((parameter) => translate(parameter, inner)),
      args: args.map((arg) => translate(arg, inner)),
    });
  }
  if (!isScalarFunction(name) && name.toLowerCase() !== "tostartofinterval")
    throw new InvalidQuery(`unsupported function: ${name}`);
  if (parameters !== undefined || distinct)
    throw new InvalidQuery(`function ${name} takes no DISTINCT and no second pair of parentheses`);
  if (name.toLowerCase() === "tostartofinterval") return startOfInterval(args, scope);
  return callScalar(
    name,
    args.map((arg) => translate(arg, scope)),
    scope.now,
  );
}

function startOfInterval([time, interval, zone]: readonly Expression[], scope: Scope): Term {
  const from = time && translate(time, scope);
  if (from?.type.kind !== "time" || interval?.kind !== "interval")
    throw new InvalidQuery("toStartOfInterval takes a DateTime, an INTERVAL and perhaps a timezone");
  const given = zone && translate(zone, scope).constant;
  const name = given ?? from.type.zone ?? DEFAULT_ZONE;
  // Checked as every zone is.
  callScalar("toDateTime", [from, { sql: "", type: TEXT, constant: name }], scope.now);
  const { count, unit } = interval;
  if (count < 1)
    throw new InvalidQuery(`an interval of ${count} ${unit} is too short: 1 or more are allowed`);
  return {
    sql: `ae_start_of_interval(${from.sql}, ${count}, '${unit}', ${quoteText(String(name))})`,
    type: from.type,
  };
}

function negative(operand: Expression, scope: Scope): Term {
  const { sql, type, constant } = numeric(translate(operand, scope), "-");
  return {
    sql: `(- ${sql})`,
    type: typeOfArithmetic("-", type, type),
    ...(typeof constant === "number" ? { constant: -constant } : {}),
  };
}

function operation(operator: Operator, left: Expression, right: Expression, scope: Scope): Term {
  if (operator === "AND" || operator === "OR")
    return { sql: `(${condition(left, scope).sql} ${operator} ${condition(right, scope).sql})`, type: UINT8 };
  const first = translate(left, scope);
  if ((operator === "+" || operator === "-") && right.kind === "interval")
    return shifted(first, operator, right.count, right.unit);
  const second = translate(right, scope);
  switch (operator) {
    case "=":
    case "!=":
    case "<":
    case ">":
    case "<=":
    case ">=": {
      const [a, b] = comparable(first, second);
      return { sql: `(${a.sql} ${operator} ${b.sql})`, type: UINT8 };
    }
    default:
      return arithmetic(operator, first, second);
  }
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", left: Term, right: Term): Term {
  // Seconds may be added to a time, and the difference of two times is in seconds.
  if (left.type.kind === "time" && right.type.kind === "number" && (operator === "+" || operator === "-"))
    return { sql: `(${left.sql} ${operator} ${right.sql})`, type: left.type };
  const both = left.type.kind === "time" && right.type.kind === "time" && operator === "-";
  const [a, b] = both ? [left, right] : [numeric(left, operator), numeric(right, operator)];
  const type = typeOfArithmetic(operator, a.type, b.type);
  return { sql: `(${operator === "/" ? "1.0 * " : ""}${a.sql} ${operator} ${b.sql})`, type };
}

function shifted(
  time: Term,
  sign: "+" | "-",
  count: number,
  unit: keyof typeof UNIT_SECONDS | "MONTH" | "YEAR",
): Term {
  if (time.type.kind !== "time")
    throw new InvalidQuery(`an INTERVAL cannot be added to ${time.type.name}: a DateTime is expected`);
  if (unit === "MONTH" || unit === "YEAR")
    return {
      sql: `ae_add_months(${time.sql}, ${sign}${unit === "YEAR" ? count * 12 : count})`,
      type: time.type,
    };
  return { sql: `(${time.sql} ${sign} ${count * UNIT_SECONDS[unit]})`, type: time.type };
}

function numeric(term: Term, operator: string): Term {
  if (term.type.kind !== "number")
    throw new InvalidQuery(`'${operator}' works on numbers; this is of type ${term.type.name}: ${term.sql}`);
  return term;
}

function condition(expression: Expression, scope: Scope): Term {
  return numeric(translate(expression, scope), "AND, OR, NOT");
}

/** Both of a kind. A string beside a time is read as one. */
function comparable(left: Term, right: Term): [Term, Term] {
  if (left.type.kind === right.type.kind) return [left, right];
  if (left.type.kind === "time" && right.type.kind === "text")
    return [left, callScalar("toDateTime", [right], 0)];
  if (left.type.kind === "text" && right.type.kind === "time")
    return [callScalar("toDateTime", [left], 0), right];
  const kinds = new Set([left.type.kind, right.type.kind]);
  if (!kinds.has("text") && !kinds.has("list")) return [left, right];
  throw new InvalidQuery(`there is no comparison of ${left.type.name} with ${right.type.name}`);
}
