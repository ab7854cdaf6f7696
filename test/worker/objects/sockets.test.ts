import { describe, expect, it } from "vitest";
import { clientIdAt, freshRoom, RoomClient, stubOf } from "./room-client.ts";

describe("a plain client", () => {
  it("works by the article's protocol alone: welcome first, then objects one a frame", async () => {
    const room = freshRoom();
    const response = await RoomClient.upgrade(room, { plain: true });
    expect(response.headers.get("sec-websocket-protocol")).toBeNull();
    const ann = await RoomClient.open(room, { plain: true, username: "Ann" });
    const bob = await RoomClient.open(room, { plain: true, username: "Bob" });
    expect(ann.objects[0]).toMatchObject({ type: "welcome", userCount: 2, recentMessages: [] });
    expect(await ann.until("user_joined")).toMatchObject([{ username: "Bob", userCount: 3 }]);
    for (const text of ["1", "2", "3"]) ann.send({ type: "chat_message", message: text });
    const heard = await bob.until("chat_message", 3);
    expect(heard[0]).toMatchObject({ username: "Ann", message: "1" });
    expect(await ann.until("chat_message", 3)).toEqual(heard);
    ann.send({ type: "typing", isTyping: true });
    expect(await bob.until("typing")).toMatchObject([{ username: "Ann", isTyping: true }]);
    ann.send({ type: "ping" });
    expect((await ann.until("pong"))[0]?.timestamp).toBeGreaterThan(1e12);
    ann.sendRaw("not json");
    expect(await ann.until("error")).toMatchObject([{ message: "Invalid message format" }]);
    bob.close();
    expect(await ann.until("user_left")).toMatchObject([{ username: "Bob", userCount: 2 }]);
    expect(ann.frames.every((frame) => frame.startsWith("{"))).toBe(true);
  });

  it("hears of its eleventh message in a minute in the article's words", async () => {
    const ann = await RoomClient.open(freshRoom(), { plain: true });
    for (let n = 0; n < 11; n++) ann.say(`${n}`);
    expect(await ann.until("error")).toMatchObject([{ message: "Rate limit exceeded" }]);
    expect(ann.of("chat_message")).toHaveLength(10);
  });
});

describe("a v1 client", () => {
  it("is welcomed with session, cursor, version, limits and the room's clock", async () => {
    const room = freshRoom();
    const response = await RoomClient.upgrade(room);
    expect(response.headers.get("sec-websocket-protocol")).toBe("edge-chat.v1");
    const ann = await RoomClient.open(room, { userId: "ann", username: "Ann" });
    const [welcome] = await ann.until("welcome");
    expect(welcome).toMatchObject({
      userId: "ann",
      username: "Ann",
      room,
      region: "weur",
      session: "the-session",
      recovered: false,
      deleted: [],
      version: "test-version",
      limits: { messageLength: 500, messagesPerMinute: 10, resendWindowMs: 600_000, frameBytes: 8192 },
    });
    expect(welcome?.cursor).toMatch(/^weur\.[0-9a-z]{10}:0@0+$/);
    expect(Math.abs((welcome?.timestamp ?? 0) - Date.now())).toBeLessThan(5000);
  });

  it("gets what many said in a tick as one frame", async () => {
    const room = freshRoom();
    const clients = await Promise.all(Array.from({ length: 40 }, () => RoomClient.open(room)));
    const reader = await RoomClient.open(room);
    await reader.until("welcome");
    for (const client of clients) for (let n = 0; n < 10; n++) client.say("hello", clientIdAt(Date.now()));
    await reader.until("chat_message", 400);
    const frames = reader.frames.filter((frame) => frame.includes('"chat_message"')).length;
    // A tick stamps its messages with one time: as many frames as ticks, however the machine paced us.
    const ticks = new Set(reader.of("chat_message").map(({ timestamp }) => timestamp)).size;
    expect(frames).toBeLessThanOrEqual(ticks);
    const orders = reader.of("chat_message").map(({ order }) => order);
    expect(orders).toEqual([...orders].sort());
    expect(new Set(reader.of("chat_message").map(({ id }) => id)).size).toBe(400);
    await Promise.all(clients.map((client) => client.until("ack", 10)));
  });

  it("that sends 2,000 messages in a burst is closed with 1008; the room goes on for the others", async () => {
    const room = freshRoom();
    const [flood, ann, bob] = await Promise.all([
      RoomClient.open(room),
      RoomClient.open(room),
      RoomClient.open(room),
    ]);
    for (let n = 0; n < 2000; n++) flood.say(`${n}`);
    expect(await flood.untilClosed()).toBe(1008);
    ann.say("still fine", clientIdAt(Date.now()));
    await ann.until("ack");
    await expect
      .poll(() => bob.of("chat_message").some(({ message }) => message === "still fine"), { timeout: 5000 })
      .toBe(true);
    expect(
      bob.of("chat_message").filter(({ userId }) => userId !== ann.of("welcome")[0]?.userId).length,
    ).toBeLessThanOrEqual(10);
  });

  it("gets an error for binary, 1 MB, arrays, numbers and null, and for what it sends too often a 1008", async () => {
    const ann = await RoomClient.open(freshRoom());
    const bad = [new Uint8Array(10).buffer, "x".repeat(1024 * 1024), "[]", "7", "null", "{", "true"];
    for (const frame of bad) ann.sendRaw(frame);
    expect((await ann.until("error", bad.length)).map(({ code }) => code)).toEqual(
      bad.map(() => "invalid_format"),
    );
    for (let n = 0; n < 14; n++) ann.sendRaw("{");
    expect(await ann.untilClosed()).toBe(1008);
  });

  it("keeps markup as text, in message and name", async () => {
    const room = freshRoom();
    const html = "<img src=x onerror=alert(1)>";
    const ann = await RoomClient.open(room, { username: html });
    ann.say(html, clientIdAt(Date.now()));
    expect(await ann.until("chat_message")).toMatchObject([{ username: html, message: html }]);
  });

  it("learns from an error that its clientId is an hour old", async () => {
    const ann = await RoomClient.open(freshRoom());
    const clientId = clientIdAt(Date.now() - 3_600_000);
    ann.say("late", clientId);
    expect(await ann.until("error")).toMatchObject([{ code: "too_old", clientId }]);
  });

  it("may come with any garbage for a cursor", async () => {
    const room = freshRoom();
    for (const since of ["", "garbage", "x".repeat(10_240), "a:1@b", "🙂"]) {
      const ann = await RoomClient.open(room, { resuming: true, since });
      expect(await ann.until("welcome")).toMatchObject([{ recovered: false }]);
    }
  });
});

describe("a close", () => {
  it("by the client is answered at once with its own code", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room);
    await ann.until("welcome");
    ann.close(1000);
    expect(await ann.untilClosed()).toBe(1000);
  });
});

describe("a refusal", () => {
  it("goes to the Worker as the error frame, and opens no socket", async () => {
    const room = freshRoom();
    const name = { room, region: "weur" };
    await RoomClient.open(room, { userId: "other" });
    await stubOf(room).kick({ ...name, userId: "ann", banSeconds: 60 });
    const banned = await RoomClient.upgrade(room, { userId: "ann" });
    expect([banned.status, banned.webSocket]).toEqual([403, null]);
    expect(await banned.json()).toMatchObject({ type: "error", code: "banned" });
    for (let n = 0; n < 5; n++) await RoomClient.open(room, { userId: "bob" });
    const sixth = await RoomClient.upgrade(room, { userId: "bob" });
    expect([sixth.status, sixth.webSocket]).toEqual([429, null]);
    expect(await sixth.json()).toMatchObject({ code: "too_many_connections", retryAfterMs: 5000 });
    expect((await stubOf(room).info(name)).users).toBe(2);
  });

  it("comes at the 1,001st connection, and not before", async () => {
    const room = freshRoom();
    for (let batch = 0; batch < 10; batch++)
      await Promise.all(
        Array.from({ length: 100 }, (_, n) => RoomClient.open(room, { userId: `u${batch}-${n}` })),
      );
    const late = await RoomClient.upgrade(room);
    expect(late.status).toBe(429);
    expect(await late.json()).toMatchObject({ code: "room_full" });
    expect((await stubOf(room).info({ room, region: "weur" })).users).toBe(1000);
  });

  it("of a request without the Worker's word is a plain 400", async () => {
    const response = await stubOf(freshRoom()).fetch("https://chat.example/chat/x", {
      headers: { upgrade: "websocket" },
    });
    expect(response.status).toBe(400);
  });
});

describe("moderation", () => {
  it("closes every connection of a kicked user with 4003 and tells the others", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room, { userId: "ann" });
    const [one, two] = await Promise.all([
      RoomClient.open(room, { userId: "bob" }),
      RoomClient.open(room, { userId: "bob" }),
    ]);
    await ann.until("user_joined");
    expect(await stubOf(room).kick({ room, region: "weur", userId: "bob" })).toEqual({ closed: 2 });
    expect([await one.untilClosed(), await two.untilClosed()]).toEqual([4003, 4003]);
    expect(await ann.until("user_left")).toMatchObject([{ userId: "bob", userCount: 1 }]);
    const back = await RoomClient.open(room, { userId: "bob" });
    expect(await back.until("welcome")).toHaveLength(1);
  });
});
