import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatClient, type ChatClientOptions } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import type { ChatStorage, StoredState } from "../../client/storage.ts";
import { RealChat } from "./real-chat.ts";

const chat = new RealChat({ limits: { messagesPerMinute: 60 } });
const strict = new RealChat({ limits: { messagesPerMinute: 3 } });
const ticketed = new RealChat({ access: "ticket" });
const clients: ChatClient[] = [];
const WAIT_MS = 20_000;

beforeAll(async () => {
  await Promise.all([chat, strict, ticketed].map((server) => server.start()));
}, 120_000);
afterAll(async () => {
  await Promise.all([chat, strict, ticketed].map((server) => server.dispose()));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const newRoom = (): string => `room-${randomUUID()}`;

function join(room: string, username: string, options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({ url: chat.url, room, username, ...options });
  clients.push(client);
  return client;
}

async function joined(room: string, username: string, options: Partial<ChatClientOptions> = {}) {
  const client = join(room, username, options);
  await nextEvent(client, "welcome", undefined, WAIT_MS);
  return client;
}

/** Waits until the client shows as many messages. */
async function shows(client: ChatClient, count: number): Promise<string[]> {
  const texts = () => client.messages.map(({ message }) => message);
  if (texts().length < count) await nextEvent(client, "change", () => texts().length >= count, WAIT_MS);
  return texts();
}

class MemoryStorage implements ChatStorage {
  state: StoredState | undefined;
  load(): StoredState | undefined {
    return this.state && structuredClone(this.state);
  }
  save(state: StoredState): void {
    this.state = structuredClone(state);
  }
}

describe("two clients in a room", () => {
  it("show each other's messages once, in one order, and learn what became of their own", async () => {
    const room = newRoom();
    const [ada, bob] = await Promise.all([joined(room, "Ada"), joined(room, "Bob")]);
    const outcomes = await Promise.all([
      ada.send("hello").outcome,
      bob.send("hi").outcome,
      ada.send("how are you?").outcome,
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["acknowledged", "acknowledged", "acknowledged"]);
    await Promise.all([shows(ada, 3), shows(bob, 3)]);
    expect(ada.messages.map(({ id }) => id)).toEqual(bob.messages.map(({ id }) => id));
    expect(new Set(ada.messages.map(({ message }) => message))).toEqual(
      new Set(["hello", "hi", "how are you?"]),
    );
    expect([ada.pending, bob.pending]).toEqual([[], []]);
  });

  it("see who is here, who types, and who left", async () => {
    const room = newRoom();
    const ada = await joined(room, "Ada");
    const came = nextEvent(ada, "presence", ({ type }) => type === "user_joined", WAIT_MS);
    const bob = await joined(room, "Bob");
    expect(await came).toMatchObject({ username: "Bob", userCount: 2 });
    expect((await ada.who()).users.map(({ username }) => username).sort()).toEqual(["Ada", "Bob"]);

    const typing = nextEvent(ada, "typing", undefined, WAIT_MS);
    bob.typing(true);
    expect(await typing).toEqual([{ userId: bob.userId, username: "Bob" }]);

    const went = nextEvent(ada, "presence", ({ type }) => type === "user_left", WAIT_MS);
    bob.close();
    expect(await went).toMatchObject({ userCount: 1 });
    expect(ada.userCount).toBe(1);
    expect(ada.typingUsers).toEqual([]);
  });

  it("fill in older messages from history without doubling any", async () => {
    const room = newRoom();
    const ada = await joined(room, "Ada");
    for (let at = 0; at < 14; at++) await ada.send(`m${at}`).outcome;
    const bob = await joined(room, "Bob");
    expect(bob.messages).toHaveLength(10);
    const page = await bob.history(bob.messages[0]?.order, 3);
    expect(page.more).toBe(true);
    expect(bob.messages.map(({ message }) => message)[0]).toBe("m1");
    await bob.history(undefined, 50);
    expect(bob.messages.map(({ message }) => message)).toEqual(ada.messages.map(({ message }) => message));
  });
});

describe("a chat that is killed and started again", () => {
  it("loses and doubles nothing, and everybody is who they were", async () => {
    const room = newRoom();
    const [ada, bob] = await Promise.all([joined(room, "Ada"), joined(room, "Bob")]);
    const heard: string[] = [];
    bob.on("message", ({ message }) => heard.push(message.message));
    const ids = [ada.userId, bob.userId];
    const outcomes = [];
    for (let at = 0; at < 5; at++) outcomes.push(ada.send(`before ${at}`).outcome);
    await outcomes[0];
    const down = nextEvent(bob, "state", ({ status }) => status === "reconnecting", WAIT_MS);
    for (let at = 0; at < 3; at++) outcomes.push(ada.send(`amid ${at}`).outcome);
    await chat.kill();
    await down;
    outcomes.push(ada.send("while away").outcome);
    const back = [ada, bob].map((client) => nextEvent(client, "welcome", undefined, 60_000));
    await chat.start();
    for (const client of [ada, bob]) client.nudge();
    const welcomes = await Promise.all(back);
    expect(welcomes.map(({ recovered }) => recovered)).toEqual([true, true]);
    expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual(Array(9).fill("acknowledged"));
    const expected = [0, 1, 2, 3, 4].map((at) => `before ${at}`);
    expected.push("amid 0", "amid 1", "amid 2", "while away");
    expect(await shows(ada, 9)).toEqual(expected);
    expect(await shows(bob, 9)).toEqual(expected);
    expect(heard.sort()).toEqual([...expected].sort());
    expect([ada.userId, bob.userId]).toEqual(ids);
  }, 120_000);
});

describe("a client that starts again from its storage", () => {
  it("goes on as the same user and hears what it missed, once", async () => {
    const room = newRoom();
    const storage = new MemoryStorage();
    const first = await joined(room, "Ada", { storage });
    await first.send("one").outcome;
    first.close();
    const bob = await joined(room, "Bob");
    await bob.send("two").outcome;

    const heard: string[] = [];
    const second = join(room, "Ada", { storage });
    second.on("message", ({ message, via }) => heard.push(`${via} ${message.message}`));
    const welcome = await nextEvent(second, "welcome", undefined, WAIT_MS);
    expect(welcome).toMatchObject({ recovered: true, userId: first.userId });
    await bob.send("three").outcome;
    await nextEvent(second, "change", () => heard.length === 2, WAIT_MS);
    expect(heard).toEqual(["replay two", "live three"]);
  });

  it("sends again what had no answer, and the room keeps one copy", async () => {
    const room = newRoom();
    const storage = new MemoryStorage();
    const first = await joined(room, "Ada", { storage });
    await first.send("twice on the wire").outcome;
    const createdAt = first.serverNow;
    first.close();
    // As if the process had died between sending and the answer: its outbox still has the message, in two lives.
    const left = { key: "k".repeat(16), message: "once in the room", state: "queued", createdAt } as const;
    const state = { ...storage.state, outbox: [left] };
    for (const life of ["second", "third"]) {
      storage.state = state;
      const again = await joined(room, "Ada", { storage });
      await shows(again, 1);
      if (again.pending.length > 0)
        await nextEvent(again, "change", () => again.pending.length === 0, WAIT_MS);
      expect([life, again.userId]).toEqual([life, first.userId]);
      again.close();
    }
    const reader = await joined(room, "Reader");
    expect(reader.messages.map(({ message }) => message)).toEqual(["twice on the wire", "once in the room"]);
  });

  it("is a new user when its session is worth nothing, and then does not repeat what it had sent", async () => {
    const room = newRoom();
    const storage = new MemoryStorage();
    storage.state = {
      session: "forged.session",
      userId: "somebody",
      cursor: "weur.x:1@0",
      outbox: [
        { key: "a".repeat(16), message: "had been sent", state: "queued", createdAt: Date.now() },
        { key: "b".repeat(16), message: "never went out", state: "queued" },
      ],
    };
    const client = await joined(room, "Ada", { storage });
    expect(client.userId).not.toBe("somebody");
    expect(await shows(client, 1)).toEqual(["never went out"]);
    expect(client.pending).toMatchObject([{ message: "had been sent", state: "unconfirmed" }]);
  });
});

describe("a connection that is dead without having been closed", () => {
  it("is found out and replaced, and what was written meanwhile arrives", async () => {
    const room = newRoom();
    const ada = await joined(room, "Ada", { url: strict.url });
    strict.freeze();
    const { outcome } = ada.send("into the void");
    const lost = nextEvent(ada, "state", ({ status }) => status === "reconnecting", WAIT_MS);
    ada.nudge();
    await lost.finally(() => strict.thaw());
    expect((await outcome).status).toBe("acknowledged");
    const reader = await joined(room, "Reader", { url: strict.url });
    expect(reader.messages.map(({ message }) => message)).toEqual(["into the void"]);
  });
});

describe("moderation", () => {
  const moderator = { authorization: "Bearer test-admin-token-0123456789-0123456789" };

  it("takes a deleted message off the timeline of who is there and of who comes back", async () => {
    const room = newRoom();
    const storage = new MemoryStorage();
    const [ada, bob] = await Promise.all([joined(room, "Ada"), joined(room, "Bob", { storage })]);
    const outcome = await ada.send("bad words").outcome;
    await shows(bob, 1);
    bob.close();
    const gone = nextEvent(ada, "deleted", undefined, WAIT_MS);
    const id = outcome.status === "acknowledged" ? outcome.id : "";
    const url = new URL(`chat/${room}/messages/${id}`, chat.url);
    expect((await fetch(url, { method: "DELETE", headers: moderator })).ok).toBe(true);
    expect(await gone).toEqual({ id });
    expect(ada.messages).toEqual([]);
    const back = await joined(room, "Bob", { storage });
    expect(back.room?.deleted.map((deletion) => deletion.id)).toEqual([id]);
    expect((await back.history()).messages).toEqual([]);
  });

  it("ends a kicked client for good", async () => {
    const room = newRoom();
    const ada = await joined(room, "Ada");
    const offline = nextEvent(ada, "state", ({ status }) => status === "offline", WAIT_MS);
    const headers = { ...moderator, "content-type": "application/json" };
    const body = JSON.stringify({ userId: ada.userId });
    await fetch(new URL(`chat/${room}/kick`, chat.url), { method: "POST", headers, body });
    expect(await offline).toMatchObject({ reason: "kicked", code: 4003 });
  });
});

describe("a chat with tickets", () => {
  it("lets a client in with a ticket asked for just then, history too, and ends one without", async () => {
    const room = newRoom();
    const ticket = () =>
      new SignJWT({ name: "Ada", room })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject("ada-1")
        .setExpirationTime("5m")
        .sign(new TextEncoder().encode("test-ticket-key-0123456789-0123456789"));
    const ada = await joined(room, "ignored", { url: ticketed.url, ticket });
    expect(ada.room?.username).toBe("Ada");
    await ada.send("hello").outcome;
    expect((await ada.history()).messages).toHaveLength(1);

    const stranger = join(room, "Eve", { url: ticketed.url });
    const offline = nextEvent(stranger, "state", ({ status }) => status === "offline", WAIT_MS);
    expect(await offline).toMatchObject({ reason: "bad_ticket", code: 4401 });
  });
});

describe("what the room refuses", () => {
  it("ends the client with the reason for a room name or a name that cannot be", async () => {
    const offline = (client: ChatClient) =>
      nextEvent(client, "state", ({ status }) => status === "offline", WAIT_MS);
    expect(await offline(join("no spaces", "Ada"))).toMatchObject({ reason: "bad_room", code: 4400 });
    expect(await offline(join(newRoom(), "x".repeat(33)))).toMatchObject({ reason: "bad_username" });
  });

  it("holds messages above the rate limit back, says until when, and refuses none", async () => {
    const ada = await joined(newRoom(), "Ada", { url: strict.url });
    const outcomes = [0, 1, 2].map((at) => ada.send(`m${at}`).outcome);
    await Promise.all(outcomes);
    const limited = nextEvent(ada, "error", ({ code }) => code === "rate_limited", WAIT_MS);
    ada.send("m3");
    const { retryAfterMs } = await limited;
    expect(retryAfterMs).toBeGreaterThan(0);
    const [waiting] = ada.pending;
    expect(waiting).toMatchObject({ message: "m3", state: "limited" });
    expect((waiting?.retryAt ?? 0) - ada.serverNow).toBeGreaterThan(50_000);
  });

  it("does not take a message that is empty or too long, and says how long it may be", async () => {
    const ada = await joined(newRoom(), "Ada");
    expect(() => ada.send("")).toThrow(RangeError);
    expect(() => ada.send("🎉".repeat(501))).toThrow(/1 to 500/);
    expect((await ada.send("🎉".repeat(500)).outcome).status).toBe("acknowledged");
  });

  it("takes nothing more once it is closed, and answers what was still open", async () => {
    const ada = await joined(newRoom(), "Ada");
    const asked = ada.who();
    const { outcome } = ada.send("last words");
    ada.close();
    expect(await outcome).toMatchObject({ status: "unconfirmed", code: "closed" });
    await expect(asked).rejects.toThrow("left the room");
    expect(() => ada.send("more")).toThrow("Not in the room");
  });
});
