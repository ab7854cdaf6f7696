import { InvalidQuery } from "./invalid-query.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** Goes through the words of a query one after another. */
export class TokenReader {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokensOf(query);
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error("a list of tokens has an end");
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Keywords in a row, or one symbol: taken when they are next. */
  accept(...texts: readonly string[]): boolean {
    const fits = texts.every((text, index) => {
      const token = this.peek(index);
      return (token.kind === "word" || token.kind === "symbol") && token.text.toUpperCase() === text;
    });
    if (fits) this.#at += texts.length;
    return fits;
  }

  expect(...texts: readonly string[]): void {
    if (!this.accept(...texts)) this.fail(texts.join(" "));
  }

  /** Throws `InvalidQuery`: something else should be next. */
  fail(expected: string): never {
    const { text, from } = this.peek();
    throw new InvalidQuery(
      `sql parser error: Expected: ${expected}, found: ${text} at character ${from + 1}`,
    );
  }

  /** What was written since the token at `from`. */
  writtenSince(from: Token): string {
    const last = this.#tokens[this.#at - 1];
    return this.#query.slice(from.from, last?.to);
  }
}
