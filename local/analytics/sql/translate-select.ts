/** A SELECT of the dialect as one of SQLite's, with the columns that it gives. */
import { withoutAliases } from "./aliases.ts";
import { isAggregating, requireGrouped } from "./grouping.ts";
import { InvalidQuery } from "./invalid-query.ts";
import type { Expression, Select, Selected } from "./syntax.ts";
import { COLUMNS } from "./table.ts";
import { quoteName, quoteText, type Term } from "./term.ts";
import { translate } from "./translate-expression.ts";
import type { SqlType } from "./types.ts";

export interface OutputColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface Translated {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

export interface World {
  /** Datasets that something was written to. */
  readonly datasets: readonly string[];
  /** Seconds since the epoch. */
  readonly now: number;
}

interface Source {
  /** Behind FROM; undefined for a query without a table. */
  readonly sql: string | undefined;
  readonly columns: ReadonlyMap<string, Term>;
}

/** Throws `InvalidQuery` for whatever the dialect does not have. */
export function translateSelect(select: Select, world: World): Translated {
  const source = sourceOf(select.from, world);
  const selected = select.columns === "*" ? everything(source) : select.columns;
  const plain = (expression: Expression) => withoutAliases(byPosition(expression, selected), selected);
  const term = (expression: Expression, aggregates: boolean): Term =>
    translate(expression, { column: (name) => columnOf(source, name), aggregates, now: world.now });

  const outputs = selected.map(({ name, expression }) => ({
    name,
    expression: withoutAliases(expression, selected, new Set([name])),
  }));
  const orderBy = select.orderBy.map((order) => ({ ...order, expression: plain(order.expression) }));
  const having = select.having && withoutAliases(select.having, selected);
  const groupBy = select.groupBy.map((expression) => term(plain(expression), false).sql);

  const shown = [...outputs, ...orderBy].map(({ expression }) => expression).concat(having ?? []);
  if (groupBy.length > 0 || shown.some(isAggregating))
    for (const expression of shown)
      requireGrouped(expression, new Set(groupBy), (part) => term(part, true).sql);

  const columns = outputs.map(({ name, expression }) => ({ name, ...term(expression, true) }));
  const clauses: readonly (readonly [string, readonly string[]])[] = [
    ["SELECT", columns.map(({ sql, name }) => `${sql} AS ${quoteName(name)}`)],
    ["FROM", source.sql === undefined ? [] : [source.sql]],
    ["WHERE", select.where === undefined ? [] : [term(withoutAliases(select.where, selected), false).sql]],
    ["GROUP BY", groupBy],
    ["HAVING", having === undefined ? [] : [term(having, true).sql]],
    [
      "ORDER BY",
      orderBy.map(
        ({ expression, descending }) => `${term(expression, true).sql}${descending ? " DESC" : ""}`,
      ),
    ],
    ["LIMIT", [`${select.limit ?? -1} OFFSET ${select.offset ?? 0}`]],
  ];
  return {
    sql: clauses
      .flatMap(([word, parts]) => (parts.length === 0 ? [] : [`${word} ${parts.join(", ")}`]))
      .join(" "),
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/** `GROUP BY 1` is by the first column. Only as a whole expression: in `1 + x` it is a number. */
function byPosition(expression: Expression, selected: readonly Selected[]): Expression {
  const position = expression.kind === "number" ? Number(expression.digits) : 0;
  return selected[position - 1]?.expression ?? expression;
}

function columnOf(source: Source, name: string): Term {
  const column = source.columns.get(name);
  if (column === undefined)
    throw new InvalidQuery(
      `unknown column: ${name}. There are: ${[...source.columns.keys()].join(", ") || "none without FROM"}`,
    );
  return column;
}

function sourceOf(from: Select["from"], world: World): Source {
  if (from === undefined) return { sql: undefined, columns: new Map() };
  if (typeof from !== "string") {
    const { sql, columns } = translateSelect(from, world);
    return {
      sql: `(${sql})`,
      columns: new Map(columns.map(({ name, type }) => [name, { sql: quoteName(name), type }])),
    };
  }
  if (!world.datasets.includes(from))
    throw new InvalidQuery(
      `unknown table: ${from}. A table appears with the first data point that is written; there are: ${world.datasets.join(", ") || "none"}`,
    );
  return {
    sql: `(SELECT * FROM data_points WHERE dataset = ${quoteText(from)})`,
    columns: COLUMNS,
  };
}

const everything = (source: Source): Selected[] =>
  [...source.columns.keys()].map((name) => ({ expression: { kind: "column", name }, name, aliased: false }));
