/**
 * Gives every connection what a tick brought: one frame for all v1 connections, made once; one object a frame for
 * plain ones. Cost is per frame and receiver (20-32 µs), so nothing here may add frames.
 */
import type { Connection } from "./connection.ts";
import { SharedFrame } from "./shared-frame.ts";

/** Something for everybody. */
export interface Item {
  readonly json: string;
  /** A user whose own doing it tells. */
  readonly hiddenFrom?: string;
  /** Plain clients saw it already, at another place. */
  readonly hiddenFromPlain?: true;
}

/** What one connection gets differently. */
export interface Personal {
  /** Frames for it alone: they come first. */
  readonly first: string[];
  /** Its own version of an item, by rising index: with its `clientId`. */
  readonly own: Map<number, string>;
}

export const framed = (objects: readonly string[]): string =>
  objects.length === 1 ? (objects[0] ?? "") : `[${objects.join(",")}]`;

export interface Delivery {
  /** Frames sent. */
  readonly frames: number;
  /** Too slow to take more. */
  readonly slow: readonly Connection[];
  /** Sending failed: the socket is gone. */
  readonly gone: readonly Connection[];
}

export function deliver(
  connections: Iterable<Connection>,
  items: readonly Item[],
  personal: ReadonlyMap<Connection, Personal>,
  now: number,
): Delivery {
  const shared = items.length === 0 ? undefined : new SharedFrame(items.map(({ json }) => json));
  const hidden = new Set(items.flatMap(({ hiddenFrom }) => (hiddenFrom === undefined ? [] : [hiddenFrom])));
  const slow: Connection[] = [];
  const gone: Connection[] = [];
  let frames = 0;
  for (const connection of connections) {
    const own = personal.get(connection);
    const seesAll = !hidden.has(connection.userId);
    if (own === undefined && shared === undefined) continue;
    if (connection.isSlow(now)) {
      slow.push(connection);
      continue;
    }
    try {
      if (connection.plain || !seesAll || shared === undefined) {
        const objects = objectsFor(connection, items, own);
        const texts = connection.plain || objects.length === 0 ? objects : [framed(objects)];
        for (const text of texts) connection.send(text);
        frames += texts.length;
      } else {
        connection.send(own === undefined ? shared.text : shared.with(own.first, own.own));
        frames++;
      }
    } catch {
      gone.push(connection);
    }
  }
  return { frames, slow, gone };
}

function objectsFor(
  { userId, plain }: Connection,
  items: readonly Item[],
  own: Personal | undefined,
): string[] {
  const objects = own === undefined ? [] : [...own.first];
  items.forEach(({ json, hiddenFrom, hiddenFromPlain }, index) => {
    if (hiddenFrom !== userId && !(plain && hiddenFromPlain)) objects.push(own?.own.get(index) ?? json);
  });
  return objects;
}
