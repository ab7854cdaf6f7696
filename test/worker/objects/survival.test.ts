import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { clientIdAt, freshRoom, RoomClient, stubOf } from "./room-client.ts";

const cursorAfter = (client: RoomClient): string => {
  const [welcome] = client.of("welcome");
  const last = client.of("chat_message").at(-1);
  return last === undefined ? (welcome?.cursor ?? "") : `${last.origin}:${last.seq}@${last.order}`;
};

describe("a room that sleeps", () => {
  it("keeps its sockets, users, names and messages, and tells who left", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room, { userId: "ann", username: "Ann" });
    const bob = await RoomClient.open(room, { userId: "bob", username: "Bob" });
    ann.say("before", clientIdAt(Date.now()));
    await bob.until("chat_message");
    await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
    bob.say("after", clientIdAt(Date.now()));
    const heard = await ann.until("chat_message", 2);
    expect(heard.map(({ username, message }) => [username, message])).toEqual([
      ["Ann", "before"],
      ["Bob", "after"],
    ]);
    expect(heard[1]?.seq).toBeGreaterThan(heard[0]?.seq ?? 0);
    expect((heard[1]?.order ?? "") > (heard[0]?.order ?? "")).toBe(true);
    await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
    bob.close();
    expect(await ann.until("user_left")).toMatchObject([{ userId: "bob", userCount: 1 }]);
  });

  it("knows a message that is sent again, and who has used up the minute", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room, { userId: "ann" });
    const clientId = clientIdAt(Date.now());
    ann.say("once", clientId);
    for (let n = 0; n < 9; n++) ann.say(`${n}`);
    await ann.until("chat_message", 10);
    await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
    ann.say("once", clientId);
    ann.say("the eleventh");
    const [, again] = await ann.until("ack", 2);
    expect(again).toMatchObject({ clientId, duplicate: true, id: ann.of("ack")[0]?.id });
    expect(await ann.until("error")).toMatchObject([{ code: "rate_limited" }]);
    expect(ann.of("chat_message")).toHaveLength(10);
  });

  it("answers a raw ping without waking", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room);
    await ann.until("welcome");
    await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
    ann.sendRaw("ping");
    await expect.poll(() => ann.frames.at(-1), { timeout: 5000 }).toBe("pong");
  });

  it("has no timer and nothing unsettled that could keep it awake: evicting waits for nothing", async () => {
    const room = freshRoom();
    const clients = await Promise.all(Array.from({ length: 20 }, () => RoomClient.open(room)));
    await clients[0]?.until("welcome");
    await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
    clients[3]?.say("still here");
    await Promise.all(clients.map((client) => client.until("chat_message")));
  });
});

describe("a room that dies", () => {
  it("has every acknowledged message, and takes the rest again: exactly one copy of each results", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room, { userId: "ann" });
    const ids = Array.from({ length: 8 }, () => clientIdAt(Date.now()));
    for (const id of ids) ann.say(id, id);
    await ann.until("ack");
    await abortAllDurableObjects();
    const acked = new Set(ann.of("ack").map(({ clientId }) => clientId));
    const kept = (await stubOf(room).history({ room, region: "weur", limit: 100 })).messages;
    for (const id of acked) expect(kept.filter(({ message }) => message === id)).toHaveLength(1);
    const again = await RoomClient.open(room, { userId: "ann" });
    for (const id of ids) again.say(id, id);
    await again.until("ack", ids.length);
    const { messages } = await stubOf(room).history({ room, region: "weur", limit: 100 });
    expect(messages.map(({ message }) => message).sort()).toEqual([...ids].sort());
  });

  it("lets a client resume where it was: all that it missed, once, deletions too", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room, { userId: "ann" });
    const bob = await RoomClient.open(room, { userId: "bob" });
    ann.say("seen");
    const [seen] = await bob.until("chat_message");
    const since = cursorAfter(bob);
    await evictDurableObject(stubOf(room), { webSockets: "close" });
    await bob.untilClosed();
    const carl = await RoomClient.open(room, { userId: "carl" });
    carl.say("missed");
    await carl.until("chat_message");
    expect(await stubOf(room).remove({ room, region: "weur", id: seen?.id ?? "" })).toEqual({ found: true });
    expect(await carl.until("message_deleted")).toMatchObject([{ id: seen?.id }]);
    const back = await RoomClient.open(room, { userId: "bob", resuming: true, since });
    const [welcome] = await back.until("welcome");
    expect(welcome).toMatchObject({ recovered: true, userId: "bob", deleted: [{ id: seen?.id }] });
    expect(welcome?.recentMessages.map(({ message }) => message)).toEqual(["missed"]);
  });

  it("keeps its alarm, and what is due", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room, { userId: "ann" });
    ann.say("x");
    await ann.until("chat_message");
    await abortAllDurableObjects();
    expect(await runInDurableObject(stubOf(room), (_room, { storage }) => storage.getAlarm())).not.toBeNull();
  });
});

describe("reads", () => {
  it("of a room that nobody entered answer emptily and create nothing: no table, no alarm, no directory entry", async () => {
    const room = freshRoom();
    const stub = stubOf(room);
    const name = { room, region: "weur" };
    expect(await stub.info(name)).toEqual({ users: 0, messages: 0, regions: [], version: env.VERSION });
    expect(await stub.history({ ...name, limit: 50 })).toEqual({ messages: [], more: false });
    expect(await stub.remove({ ...name, id: "x" })).toEqual({ found: false });
    expect(await stub.kick({ ...name, userId: "x" })).toEqual({ closed: 0 });
    const traces = await runInDurableObject(stub, async (_room, { storage }) => ({
      tables: storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
        .toArray(),
      alarm: await storage.getAlarm(),
    }));
    expect(traces).toEqual({ tables: [], alarm: null });
  });
});
