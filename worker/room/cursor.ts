/** What a client has seen: `origin:seq,origin:seq@order`. Clients send it back, so reading it trusts nothing. */
import { isOrder, ORDER_ZERO } from "./order.ts";

/** Bytes. Room for more origins than a room can have; what is longer is no cursor of ours. */
export const CURSOR_BYTES = 512;
const PAIR = /^([A-Za-z0-9._-]{1,32}):(\d{1,15})$/;

/** The highest `seq` seen, per origin. */
export type Vector = ReadonlyMap<string, number>;

export interface Cursor {
  readonly seen: Vector;
  /** The highest order seen. */
  readonly order: string;
}

export const encodeCursor = ({ seen, order }: Cursor): string =>
  `${[...seen].map(([origin, seq]) => `${origin}:${seq}`).join(",")}@${order}`;

/** Undefined for anything that is not exactly a cursor. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length > CURSOR_BYTES) return undefined;
  const [pairs = "", order = "", ...more] = text.split("@");
  if (more.length > 0 || !(isOrder(order) || order === ORDER_ZERO)) return undefined;
  const seen = new Map<string, number>();
  for (const pair of pairs.split(",")) {
    const match = PAIR.exec(pair);
    if (match?.[1] === undefined || seen.has(match[1])) return undefined;
    seen.set(match[1], Number(match[2]));
  }
  return { seen, order };
}
