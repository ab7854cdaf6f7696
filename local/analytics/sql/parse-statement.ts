/** Statements of the dialect: SELECT and SHOW. */
import { InvalidQuery } from "./invalid-query.ts";
import { parseExpression, RESERVED } from "./parse-expression.ts";
import {
  type Expression,
  FORMATS,
  type Format,
  type Select,
  type Selected,
  type Statement,
} from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

/** Throws `InvalidQuery` with what was expected where. */
export function parseStatement(query: string): Statement {
  const reader = new TokenReader(query);
  const statement = reader.accept("SHOW") ? show(reader) : select(reader);
  const format = formatOf(reader);
  reader.accept(";");
  if (reader.peek().kind !== "end") reader.fail("the end of the query");
  return { ...statement, format };
}

type Unformatted =
  | { kind: "select"; select: Select }
  | { kind: "show"; what: "TABLES" | "TIMEZONES" | "TIMEZONE" };

function show(reader: TokenReader): Unformatted {
  const what = (["TABLES", "TIMEZONES", "TIMEZONE"] as const).find((word) => reader.accept(word));
  return { kind: "show", what: what ?? reader.fail("TABLES, TIMEZONES or TIMEZONE") };
}

function select(reader: TokenReader): Unformatted {
  if (!reader.accept("SELECT"))
    throw new InvalidQuery(`unsupported statement: ${reader.peek().text}. SELECT and SHOW are supported`);
  return { kind: "select", select: selectBody(reader) };
}

function selectBody(reader: TokenReader): Select {
  if (reader.accept("DISTINCT")) throw new InvalidQuery("unsupported clause: SELECT DISTINCT. Use GROUP BY");
  return {
    columns: reader.accept("*") ? "*" : list(reader, selected),
    from: reader.accept("FROM") ? source(reader) : undefined,
    where: reader.accept("WHERE") ? parseExpression(reader) : undefined,
    groupBy: reader.accept("GROUP", "BY") ? list(reader, parseExpression) : [],
    having: reader.accept("HAVING") ? parseExpression(reader) : undefined,
    orderBy: reader.accept("ORDER", "BY") ? list(reader, ordered) : [],
    ...bounds(reader),
  };
}

function selected(reader: TokenReader): Selected {
  const first = reader.peek();
  const expression = parseExpression(reader);
  const written = reader.writtenSince(first);
  const { kind, text } = reader.peek();
  const bare = kind === "name" || (kind === "word" && !RESERVED.has(text.toUpperCase()));
  return reader.accept("AS") || bare
    ? { expression, name: identifier(reader), aliased: true }
    : { expression, name: expression.kind === "column" ? expression.name : written, aliased: false };
}

function ordered(reader: TokenReader): { expression: Expression; descending: boolean } {
  const expression = parseExpression(reader);
  const descending = reader.accept("DESC");
  if (!descending) reader.accept("ASC");
  return { expression, descending };
}

function source(reader: TokenReader): string | Select {
  const from = reader.accept("(") ? subquery(reader) : identifier(reader);
  for (const word of ["JOIN", "UNION", ","])
    if (reader.accept(word)) throw new InvalidQuery(`unsupported clause: ${word}. A query reads one table`);
  return from;
}

function subquery(reader: TokenReader): Select {
  reader.expect("SELECT");
  const inner = selectBody(reader);
  reader.expect(")");
  return inner;
}

function identifier(reader: TokenReader): string {
  const { kind } = reader.peek();
  return kind === "word" || kind === "name" ? reader.next().text : reader.fail("a name");
}

function bounds(reader: TokenReader): Pick<Select, "limit" | "offset"> {
  let limit: number | undefined;
  let offset: number | undefined;
  for (;;) {
    if (reader.accept("LIMIT")) limit = reader.accept("ALL") ? undefined : wholeNumber(reader);
    else if (reader.accept("OFFSET")) offset = wholeNumber(reader);
    else return { limit, offset };
  }
}

function wholeNumber(reader: TokenReader): number {
  const value = reader.peek().kind === "number" ? Number(reader.peek().text) : Number.NaN;
  if (!Number.isSafeInteger(value)) reader.fail("a whole number");
  reader.next();
  return value;
}

function formatOf(reader: TokenReader): Format {
  if (!reader.accept("FORMAT")) return "JSON";
  const { text } = reader.next();
  const format = FORMATS.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (format === undefined)
    throw new InvalidQuery(`unsupported format: ${text}. ${FORMATS.join(", ")} are supported`);
  return format;
}

function list<T>(reader: TokenReader, item: (reader: TokenReader) => T): T[] {
  const items: T[] = [];
  do items.push(item(reader));
  while (reader.accept(","));
  return items;
}
