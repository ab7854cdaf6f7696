import { InvalidQuery } from "./invalid-query.ts";

/** `word`: a keyword, a function or a bare column name. `name`: a quoted column or table name. */
export type TokenKind = "word" | "name" | "number" | "string" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Without quotes, escapes resolved. */
  readonly text: string;
  /** Where it stands in the query. */
  readonly from: number;
  readonly to: number;
}

/** In the order they are tried: the longer symbols first. */
const PATTERNS: readonly { readonly kind: TokenKind | "space"; readonly pattern: RegExp }[] = [
  { kind: "space", pattern: /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y },
  { kind: "word", pattern: /[A-Za-z_]\w*/y },
  { kind: "number", pattern: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y },
  { kind: "string", pattern: /'(?:[^'\\]|''|\\[\s\S])*'/y },
  { kind: "name", pattern: /"(?:[^"]|"")*"|`(?:[^`]|``)*`/y },
  { kind: "symbol", pattern: /<=|>=|<>|!=|[-+*/%(),=<>.;]/y },
];

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0" };

/** The query in its words, an `end` last. Throws `InvalidQuery` at the first character that begins none. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const found = match(query, at);
    if (found === undefined)
      throw new InvalidQuery(`sql parser error: unexpected '${query.charAt(at)}' at character ${at + 1}`);
    if (found.kind !== "space")
      tokens.push({
        kind: found.kind,
        text: unquoted(found.kind, found.raw),
        from: at,
        to: at + found.raw.length,
      });
    at += found.raw.length;
  }
  tokens.push({ kind: "end", text: "the end of the query", from: query.length, to: query.length });
  return tokens;
}

function match(query: string, at: number): { kind: TokenKind | "space"; raw: string } | undefined {
  for (const { kind, pattern } of PATTERNS) {
    pattern.lastIndex = at;
    const raw = pattern.exec(query)?.[0];
    if (raw !== undefined) return { kind, raw };
  }
  return undefined;
}

function unquoted(kind: TokenKind, raw: string): string {
  if (kind === "string")
    return raw
      .slice(1, -1)
      .replace(/''|\\([\s\S])/g, (_, escaped?: string) =>
        escaped === undefined ? "'" : (ESCAPES[escaped] ?? escaped),
      );
  if (kind === "name") return raw.slice(1, -1).replaceAll(raw.charAt(0).repeat(2), raw.charAt(0));
  return raw;
}
