/** How far a client has come: the highest `seq` per origin and the highest `order` (`origin:seq,…@order`). */

/** The server takes no longer cursor, bytes. Cursors are ASCII. */
const MAX_CURSOR_BYTES = 512;

export interface Position {
  readonly origin: string;
  readonly seq: number;
  readonly order?: string;
}

export class Cursor {
  /** Least recently advanced first. */
  readonly #origins = new Map<string, number>();
  #order = "";

  /** What cannot be read is skipped: the server then replays more than needed, and known ids are recognised. */
  constructor(text = "") {
    this.merge(text);
  }

  merge(text: string): void {
    const [origins = "", order = ""] = text.split("@", 2);
    for (const pair of origins.split(",")) {
      const colon = pair.lastIndexOf(":");
      const seq = Number(pair.slice(colon + 1));
      if (colon > 0 && Number.isSafeInteger(seq)) this.advance({ origin: pair.slice(0, colon), seq, order });
    }
    if (order > this.#order) this.#order = order;
  }

  advance({ origin, seq, order = "" }: Position): void {
    if (order > this.#order) this.#order = order;
    const known = this.#origins.get(origin);
    if (known !== undefined && known >= seq) return;
    this.#origins.delete(origin);
    this.#origins.set(origin, seq);
  }

  /** True when this was delivered before: such a frame is ignored. */
  covers({ origin, seq }: Position): boolean {
    return (this.#origins.get(origin) ?? Number.NEGATIVE_INFINITY) >= seq;
  }

  get empty(): boolean {
    return this.#origins.size === 0;
  }

  /** Fits `MAX_CURSOR_BYTES`: the origins that were silent longest are left out, which only replays more. */
  toString(): string {
    const pairs = [...this.#origins].map(([origin, seq]) => `${origin}:${seq}`);
    const text = () => `${pairs.join(",")}@${this.#order}`;
    while (pairs.length > 0 && text().length > MAX_CURSOR_BYTES) pairs.shift();
    return text();
  }
}
