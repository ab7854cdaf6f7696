import type { OutboxEntry } from "../../client/outbox.ts";
import type { ChatMessage } from "../room/protocol.ts";
import { dayKey } from "./moments.ts";
import { regionOfOrigin } from "./regions.ts";

/** Messages of one user this close together stand under one name, ms. */
const GROUP_MS = 300_000;

export interface DayItem {
  readonly kind: "day";
  readonly key: string;
  readonly timestamp: number;
}

export interface MessageItem {
  readonly kind: "message";
  /** The same for a message while it is pending and afterwards, so that its row stays. */
  readonly key: string;
  readonly userId: string;
  readonly username: string;
  readonly text: string;
  readonly mine: boolean;
  /** Stands under the name of the message before it. */
  readonly continues: boolean;
  /** Undefined while it is on its way. */
  readonly message?: ChatMessage;
  readonly pending?: OutboxEntry;
}

export type Item = DayItem | MessageItem;

export interface Conversation {
  readonly messages: readonly ChatMessage[];
  readonly pending: readonly OutboxEntry[];
  readonly userId: string | undefined;
  readonly username: string;
}

/** The rows of the log, in order: pure, so that grouping and separators can be tested without a page. */
export function itemsOf({ messages, pending, userId, username }: Conversation, keys: KeyMemory): Item[] {
  const items: Item[] = [];
  let previous: ChatMessage | undefined;
  for (const message of messages) {
    const sameDay = previous !== undefined && dayKey(previous.timestamp) === dayKey(message.timestamp);
    if (!sameDay) {
      const key = `day ${dayKey(message.timestamp)} ${message.id}`;
      items.push({ kind: "day", key, timestamp: message.timestamp });
    }
    items.push({
      kind: "message",
      key: keys.of(message),
      userId: message.userId,
      username: message.username,
      text: message.message,
      mine: message.userId === userId,
      continues: sameDay && previous !== undefined && belongs(message, previous),
      message,
    });
    previous = message;
  }
  let continues = previous !== undefined && previous.userId === userId;
  for (const entry of pending) {
    items.push({
      kind: "message",
      key: entry.key,
      userId: userId ?? "",
      username,
      text: entry.message,
      mine: true,
      continues,
      pending: entry,
    });
    continues = true;
  }
  return items;
}

const belongs = (message: ChatMessage, previous: ChatMessage): boolean =>
  message.userId === previous.userId &&
  message.username === previous.username &&
  // The head of a group says where it was written.
  regionOfOrigin(message.origin) === regionOfOrigin(previous.origin) &&
  message.timestamp - previous.timestamp < GROUP_MS;

/** Remembers under which key a message was pending: later copies of it come without its `clientId`. */
export class KeyMemory {
  readonly #keys = new Map<string, string>();

  of({ id, clientId }: ChatMessage): string {
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    if (clientId === undefined) return id;
    const key = clientId.slice(clientId.indexOf("-") + 1);
    this.#keys.set(id, key);
    return key;
  }
}
