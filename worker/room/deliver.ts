/**
 * Gives every connection what a tick brought: one frame for all v1 connections, made once; one object a frame for
 * plain ones. Cost is per frame and receiver (20-32 µs), so nothing here may add frames.
 */
import type { Connection } from "./connection.ts";

/** Something for everybody. */
export interface Item {
  readonly json: string;
  /** A user whose own doing it tells. */
  readonly hiddenFrom?: string;
}

/** What one connection gets differently. */
export interface Personal {
  /** Frames for it alone: they come first. */
  readonly first: string[];
  /** Its own version of an item, by index: with its `clientId`. */
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
  const shared = items.length === 0 ? undefined : framed(items.map(({ json }) => json));
  const hidden = new Set(items.flatMap(({ hiddenFrom }) => (hiddenFrom === undefined ? [] : [hiddenFrom])));
  const slow: Connection[] = [];
  const gone: Connection[] = [];
  let frames = 0;
  for (const connection of connections) {
    const own = personal.get(connection);
    const { plain } = connection;
    const common = own === undefined && !hidden.has(connection.userId);
    if (common && shared === undefined) continue;
    if (connection.isSlow(now)) {
      slow.push(connection);
      continue;
    }
    try {
      if (common && shared !== undefined && !plain) {
        connection.send(shared);
        frames++;
        continue;
      }
      const objects = common ? items.map(({ json }) => json) : objectsFor(connection, items, own);
      if (objects.length === 0) continue;
      if (plain) for (const object of objects) connection.send(object);
      else connection.send(framed(objects));
      frames += plain ? objects.length : 1;
    } catch {
      gone.push(connection);
    }
  }
  return { frames, slow, gone };
}

function objectsFor({ userId }: Connection, items: readonly Item[], own: Personal | undefined): string[] {
  const objects = own === undefined ? [] : [...own.first];
  items.forEach(({ json, hiddenFrom }, index) => {
    if (hiddenFrom !== userId) objects.push(own?.own.get(index) ?? json);
  });
  return objects;
}
