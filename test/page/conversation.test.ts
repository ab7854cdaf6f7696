import { describe, expect, it } from "vitest";
import type { OutboxEntry } from "../../client/outbox.ts";
import { type Conversation, itemsOf, KeyMemory } from "../../worker/page/conversation.ts";
import type { ChatMessage } from "../../worker/room/protocol.ts";

const NOON = new Date(2026, 10, 24, 12).getTime();
const MINUTE_MS = 60_000;

const message = (id: string, userId: string, minutes: number, clientId?: string): ChatMessage => ({
  type: "chat_message",
  id,
  userId,
  username: userId,
  message: id,
  timestamp: NOON + minutes * MINUTE_MS,
  order: id,
  origin: "weur.1",
  seq: 1,
  ...(clientId !== undefined && { clientId }),
});

const conversation = (messages: ChatMessage[], pending: OutboxEntry[] = []): Conversation => ({
  messages,
  pending,
  userId: "ada",
  username: "Ada",
});

const lines = (shown: Conversation, keys = new KeyMemory()): string[] =>
  itemsOf(shown, keys).map((item) =>
    item.kind === "day" ? "day" : `${item.continues ? "+" : item.userId} ${item.text}`,
  );

describe("the rows of the log", () => {
  it("group what one user wrote within five minutes under one name", () => {
    expect(
      lines(conversation([message("a", "ada", 0), message("b", "ada", 4), message("c", "bob", 5)])),
    ).toEqual(["day", "ada a", "+ b", "bob c"]);
    expect(lines(conversation([message("a", "ada", 0), message("b", "ada", 5)]))).toEqual([
      "day",
      "ada a",
      "ada b",
    ]);
  });

  it("begin a new group where somebody goes on from another region, not from another life of the same one", () => {
    const from = (origin: string, id: string, minutes: number) => ({
      ...message(id, "ada", minutes),
      origin,
    });
    expect(
      lines(conversation([from("weur.1", "a", 0), from("weur.2", "b", 1), from("enam.1", "c", 2)])),
    ).toEqual(["day", "ada a", "+ b", "ada c"]);
  });

  it("put the day above its first message", () => {
    const nextDay = 24 * 60;
    expect(lines(conversation([message("a", "ada", 0), message("b", "ada", nextDay)]))).toEqual([
      "day",
      "ada a",
      "day",
      "ada b",
    ]);
  });

  it("end with what is on its way, as one's own", () => {
    const entry: OutboxEntry = { key: "k", message: "on its way", state: "sent" };
    expect(
      lines(conversation([message("a", "bob", 0)], [entry, { ...entry, key: "l", message: "next" }])),
    ).toEqual(["day", "bob a", "ada on its way", "+ next"]);
  });

  it("keep the row of a message when it arrives, also when a later copy comes without its clientId", () => {
    const keys = new KeyMemory();
    const keysOf = (shown: Conversation) =>
      itemsOf(shown, keys)
        .map(({ key }) => key)
        .slice(1);
    const pending = itemsOf(conversation([], [{ key: "random-part", message: "a", state: "sent" }]), keys);
    expect(pending.map(({ key }) => key)).toEqual(["random-part"]);
    expect(keysOf(conversation([message("a", "ada", 0, "mhx3k2ab-random-part")]))).toEqual(["random-part"]);
    expect(keysOf(conversation([message("a", "ada", 0)]))).toEqual(["random-part"]);
    expect(keysOf(conversation([message("b", "bob", 0)]))).toEqual(["b"]);
  });
});
