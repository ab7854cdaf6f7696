import type { Expression, Selected } from "./syntax.ts";

/**
 * The expression with the aliases of the SELECT in it replaced by what they stand for: in this dialect they may be used
 * everywhere. Inside its own alias a name is the table's column (`SELECT sum(double1) AS double1`).
 */
export function withoutAliases(
  expression: Expression,
  selected: readonly Selected[],
  open: ReadonlySet<string> = new Set(),
): Expression {
  if (expression.kind === "column") {
    const { name } = expression;
    const alias = open.has(name)
      ? undefined
      : selected.find((column) => column.aliased && column.name === name);
    return alias === undefined
      ? expression
      : withoutAliases(alias.expression, selected, new Set([...open, name]));
  }
  const replaced = (child: Expression) => withoutAliases(child, selected, open);
  switch (expression.kind) {
    case "call":
      return { ...expression, call: { ...expression.call, args: expression.call.args.map(replaced) } };
    case "not":
    case "negative":
      return { ...expression, operand: replaced(expression.operand) };
    case "operation":
      return { ...expression, left: replaced(expression.left), right: replaced(expression.right) };
    case "in":
      return { ...expression, operand: replaced(expression.operand), list: expression.list.map(replaced) };
    case "between": {
      const { operand, low, high } = expression;
      return { ...expression, operand: replaced(operand), low: replaced(low), high: replaced(high) };
    }
    case "like":
      return { ...expression, operand: replaced(expression.operand), pattern: replaced(expression.pattern) };
    default:
      return expression;
  }
}
