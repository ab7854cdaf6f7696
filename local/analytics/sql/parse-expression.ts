/** Expressions of the dialect, by precedence climbing. */
import { InvalidQuery } from "./invalid-query.ts";
import { type Call, type Expression, type Operator, UNITS } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** From the weakest binding to the strongest. NOT stands between AND and comparisons. */
const LEVELS: readonly (readonly (readonly [string, Operator])[])[] = [
  [["OR", "OR"]],
  [["AND", "AND"]],
  [
    ["=", "="],
    ["!=", "!="],
    ["<>", "!="],
    ["<=", "<="],
    [">=", ">="],
    ["<", "<"],
    [">", ">"],
  ],
  [
    ["+", "+"],
    ["-", "-"],
  ],
  [
    ["*", "*"],
    ["/", "/"],
    ["%", "%"],
  ],
];
const COMPARISON = 2;
const ADDITION = 3;

/** Words that end an expression and so are no column, unless quoted. */
export const RESERVED: ReadonlySet<string> = new Set(
  "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET FORMAT AS AND OR NOT IN LIKE ILIKE BETWEEN ASC DESC DISTINCT INTERVAL UNION JOIN".split(
    " ",
  ),
);

export function parseExpression(reader: TokenReader): Expression {
  return level(reader, 0);
}

function level(reader: TokenReader, depth: number): Expression {
  const operators = LEVELS[depth];
  if (operators === undefined) return operand(reader);
  if (depth === COMPARISON && reader.accept("NOT")) return { kind: "not", operand: level(reader, depth) };
  let left = level(reader, depth + 1);
  for (;;) {
    const found = operators.find(([symbol]) => reader.accept(symbol));
    if (found !== undefined) {
      left = { kind: "operation", operator: found[1], left, right: level(reader, depth + 1) };
      continue;
    }
    const tested = depth === COMPARISON ? membership(reader, left) : undefined;
    if (tested === undefined) return left;
    left = tested;
  }
}

/** `[NOT] IN (…)`, `[NOT] BETWEEN … AND …`, `[NOT] LIKE …`. */
function membership(reader: TokenReader, tested: Expression): Expression | undefined {
  const negated = reader.accept("NOT");
  if (reader.accept("IN")) {
    reader.expect("(");
    if (reader.peek().text.toUpperCase() === "SELECT")
      throw new InvalidQuery("unsupported expression type: IN (SELECT ...)");
    return { kind: "in", negated, operand: tested, list: listUntilParenthesis(reader) };
  }
  if (reader.accept("BETWEEN")) {
    const low = level(reader, ADDITION);
    reader.expect("AND");
    return { kind: "between", negated, operand: tested, low, high: level(reader, ADDITION) };
  }
  for (const [word, ignoreCase] of [
    ["LIKE", false],
    ["ILIKE", true],
  ] as const)
    if (reader.accept(word))
      return { kind: "like", negated, ignoreCase, operand: tested, pattern: level(reader, ADDITION) };
  return negated ? reader.fail("IN, BETWEEN or LIKE") : undefined;
}

function operand(reader: TokenReader): Expression {
  if (reader.accept("-")) return { kind: "negative", operand: operand(reader) };
  if (reader.accept("+")) return operand(reader);
  if (reader.accept("(")) {
    const inner = parseExpression(reader);
    reader.expect(")");
    return inner;
  }
  const token = reader.peek();
  switch (token.kind) {
    case "number":
      return { kind: "number", digits: reader.next().text };
    case "string":
      return { kind: "text", value: reader.next().text };
    case "name":
      return { kind: "column", name: reader.next().text };
    case "word":
      return word(reader);
    case "symbol":
    case "end":
      return reader.fail("an expression");
  }
}

function word(reader: TokenReader): Expression {
  if (reader.peek().text.toUpperCase() === "CASE")
    throw new InvalidQuery("unsupported expression type: CASE WHEN ... END. Use if(condition, then, else)");
  if (reader.accept("INTERVAL")) return interval(reader);
  if (reader.accept("TRUE")) return { kind: "boolean", value: true };
  if (reader.accept("FALSE")) return { kind: "boolean", value: false };
  // `format` is a function too.
  const isCall = reader.peek(1).text === "(";
  const upper = reader.peek().text.toUpperCase();
  if (RESERVED.has(upper) && !(upper === "FORMAT" && isCall)) return reader.fail("an expression");
  const name = reader.next().text;
  return reader.accept("(") ? { kind: "call", call: call(reader, name) } : { kind: "column", name };
}

function interval(reader: TokenReader): Expression {
  const token = reader.next();
  const count = token.kind === "string" || token.kind === "number" ? Number(token.text) : Number.NaN;
  const unit = UNITS.find((candidate) => reader.accept(candidate));
  if (!Number.isInteger(count) || unit === undefined)
    throw new InvalidQuery(
      `an interval is written INTERVAL '<whole number>' <unit>, the unit being one of ${UNITS.join(", ")}`,
    );
  return { kind: "interval", count, unit };
}

/** Behind the opening parenthesis. */
function call(reader: TokenReader, name: string): Call {
  const plain = { name, parameters: undefined, distinct: false };
  const lower = name.toLowerCase();
  if (lower === "extract") {
    const unit = UNITS.find((candidate) => reader.accept(candidate)) ?? reader.fail(UNITS.join(", "));
    reader.expect("FROM");
    return { ...plain, args: [{ kind: "text", value: unit }, ...listUntilParenthesis(reader)] };
  }
  if (lower === "position") {
    const needle = level(reader, ADDITION);
    if (!reader.accept("IN")) reader.expect(",");
    return { ...plain, args: [needle, ...listUntilParenthesis(reader)] };
  }
  if (lower === "count" && reader.accept("*")) {
    reader.expect(")");
    return { ...plain, args: [] };
  }
  const distinct = reader.accept("DISTINCT");
  const first = listUntilParenthesis(reader);
  if (!reader.accept("(")) return { ...plain, distinct, args: first };
  return { ...plain, distinct, parameters: first, args: listUntilParenthesis(reader) };
}

function listUntilParenthesis(reader: TokenReader): Expression[] {
  const list: Expression[] = [];
  if (reader.accept(")")) return list;
  do list.push(parseExpression(reader));
  while (reader.accept(","));
  reader.expect(")");
  return list;
}
