import { isAggregate } from "./aggregates.ts";
import { InvalidQuery } from "./invalid-query.ts";
import { childrenOf, type Expression } from "./syntax.ts";

/** Whether there is an aggregate in it. */
export const isAggregating = (expression: Expression): boolean =>
  (expression.kind === "call" && isAggregate(expression.call.name)) ||
  childrenOf(expression).some(isAggregating);

/**
 * In a query with groups an expression must be one of them, or be made of them, of aggregates and of constants: SQLite
 * would take any row's value instead. Throws `InvalidQuery` that names the column.
 */
export function requireGrouped(
  expression: Expression,
  groups: ReadonlySet<string>,
  sqlOf: (expression: Expression) => string,
): void {
  if (expression.kind === "interval") return;
  if (expression.kind === "call" && isAggregate(expression.call.name)) return;
  if (groups.has(sqlOf(expression))) return;
  if (expression.kind === "column")
    throw new InvalidQuery(`column ${expression.name} is neither in GROUP BY nor in an aggregate function`);
  for (const child of childrenOf(expression)) requireGrouped(child, groups, sqlOf);
}
