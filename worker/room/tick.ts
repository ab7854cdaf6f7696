/** What a tick has to say: to everybody, and to each sender. */
import type { Outcome } from "./commit.ts";
import type { Connection } from "./connection.ts";
import type { Item, Personal } from "./deliver.ts";
import { narrow } from "./narrow.ts";
import type { Ack, ErrorFrame, Notice, Presence, ServerFrame, Typing } from "./protocol.ts";
import type { Arrival } from "./take.ts";

export interface Composition {
  readonly items: readonly Item[];
  readonly personal: ReadonlyMap<Connection, Personal>;
}

/** What came together since the last tick. */
export interface Happened {
  readonly outcomes: readonly Outcome[];
  /** From other replicas. */
  readonly arrivals: readonly Arrival[];
  readonly notices: readonly Notice[];
  readonly presence: { readonly joined: readonly Presence[]; readonly left: readonly Presence[] };
  readonly typing: ReadonlyMap<Connection, boolean>;
  readonly remoteTyping: ReadonlyMap<string, Typing>;
}

const NOTICES = {
  sync_delayed: "Messages from other regions are late. Chat in this region goes on.",
  sync_restored: "All regions are connected again.",
} as const satisfies Record<Notice["code"], string>;

export const noticeOf = (code: Notice["code"]): Notice => ({ type: "notice", code, message: NOTICES[code] });

/** Who came first, then messages, who left, and who types now. */
export function compose(happened: Happened): Composition {
  const { outcomes, arrivals, notices, presence, typing, remoteTyping } = happened;
  const items: Item[] = presence.joined.map(presenceItem);
  for (const arrival of arrivals) items.push(arrivalItem(arrival));
  const personal = new Map<Connection, Personal>();
  const personalOf = (connection: Connection): Personal => {
    const known = personal.get(connection);
    if (known !== undefined) return known;
    const fresh: Personal = { first: [], own: new Map() };
    personal.set(connection, fresh);
    return fresh;
  };

  for (const outcome of outcomes) {
    const { connection, message } = outcome.pending;
    const { clientId } = message;
    switch (outcome.kind) {
      case "accepted": {
        const { entry } = outcome;
        const json = textOf({ type: "chat_message", ...entry });
        if (clientId !== undefined) {
          const own = personalOf(connection);
          own.first.push(ack(clientId, entry));
          // The sender's copy names its clientId: the same object with one more member.
          own.own.set(items.length, `${json.slice(0, -1)},"clientId":${JSON.stringify(clientId)}}`);
        }
        items.push({ json });
        break;
      }
      case "duplicate":
        if (clientId !== undefined)
          personalOf(connection).first.push(ack(clientId, { id: outcome.id, ...outcome.taken }, true));
        break;
      case "limited":
        personalOf(connection).first.push(rateLimited(outcome.retryAfterMs, clientId));
        break;
      default:
        outcome satisfies never;
    }
  }
  items.push(...presence.left.map(presenceItem));
  for (const [{ userId, username }, isTyping] of typing)
    items.push({ json: textOf({ type: "typing", userId, username, isTyping }), hiddenFrom: userId });
  for (const frame of remoteTyping.values()) items.push({ json: textOf(frame), hiddenFrom: frame.userId });
  for (const notice of notices) items.push({ json: JSON.stringify(notice) });
  return { items, personal };
}

const textOf = (frame: ServerFrame): string => narrow(JSON.stringify(frame));

function arrivalItem(arrival: Arrival): Item {
  if (arrival.kind === "deletion")
    return { json: JSON.stringify({ type: "message_deleted", ...arrival.deletion }) };
  const json = textOf({ type: "chat_message", ...arrival.entry });
  // A plain client appends what it gets: it would show the message twice.
  return arrival.replaces ? { json, hiddenFromPlain: true } : { json };
}

const presenceItem = (frame: Presence): Item => ({ json: textOf(frame), hiddenFrom: frame.userId });

function ack(
  clientId: string,
  { id, timestamp, order }: { id: string; timestamp: number; order: string },
  duplicate?: true,
): string {
  const frame: Ack = {
    type: "ack",
    clientId,
    id,
    timestamp,
    order,
    ...(duplicate === undefined ? {} : { duplicate }),
  };
  return JSON.stringify(frame);
}

function rateLimited(retryAfterMs: number, clientId: string | undefined): string {
  const frame: ErrorFrame = {
    type: "error",
    code: "rate_limited",
    message: "Rate limit exceeded",
    ...(clientId === undefined ? {} : { clientId }),
    retryAfterMs,
  };
  return JSON.stringify(frame);
}
