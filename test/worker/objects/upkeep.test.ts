import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DIRECTORY_PREFIX } from "../../../worker/objects/contract.ts";
import { clientIdAt, freshRoom, RoomClient, stubOf } from "./room-client.ts";

const tablesOf = (room: string): Promise<string[]> =>
  runInDurableObject(stubOf(room), (_room, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
      .toArray()
      .map(({ name }) => name),
  );

const alarmOf = (room: string): Promise<number | null> =>
  runInDurableObject(stubOf(room), (_room, { storage }) => storage.getAlarm());

const listed = async (room: string) =>
  (await env.DIRECTORY.list({ prefix: DIRECTORY_PREFIX + room })).keys.filter(
    ({ name }) => name === DIRECTORY_PREFIX + room,
  );

/** As if so much time had passed that every job were due, and runs the alarm in a fresh object. */
async function alarmLater(room: string): Promise<void> {
  await runInDurableObject(stubOf(room), async (_room, { storage }) => {
    storage.sql.exec("UPDATE jobs SET due = 1");
    storage.sql.exec("DELETE FROM facts WHERE key IN ('directoryAt', 'alarm')");
    await storage.setAlarm(Date.now() + 3_600_000);
  });
  await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
  await runDurableObjectAlarm(stubOf(room));
}

describe("the alarm", () => {
  it("writes an occupied room into the directory, and takes one out that everybody left", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room);
    await ann.until("welcome");
    ann.say("kept", clientIdAt(Date.now()));
    await ann.until("ack");
    await expect
      .poll(() => listed(room), { timeout: 10_000 })
      .toMatchObject([{ metadata: { users: 1, regions: ["weur"] } }]);
    ann.close();
    await expect.poll(async () => (await stubOf(room).info({ room, region: "weur" })).users).toBe(0);
    await alarmLater(room);
    expect(await listed(room)).toEqual([]);
    expect((await stubOf(room).info({ room, region: "weur" })).messages).toBe(1);
  });

  it("is always set again while something is due, and unset when nothing is", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room);
    ann.say("kept", clientIdAt(Date.now()));
    await ann.until("ack");
    await alarmLater(room);
    expect(await alarmOf(room)).toBeGreaterThan(Date.now() + 60_000);
    ann.close();
    await expect.poll(async () => (await stubOf(room).info({ room, region: "weur" })).users).toBe(0);
    await alarmLater(room);
    await alarmLater(room);
    expect(await alarmOf(room)).toBeNull();
  });

  it("forgets a room in which nobody wrote, and the next visitor founds it anew", async () => {
    const room = freshRoom();
    const ann = await RoomClient.open(room);
    const [before] = await ann.until("welcome");
    ann.close();
    await expect.poll(async () => (await stubOf(room).info({ room, region: "weur" })).users).toBe(0);
    await alarmLater(room);
    expect(await tablesOf(room)).toEqual([]);
    expect(await alarmOf(room)).toBeNull();
    const bob = await RoomClient.open(room, { resuming: true, since: before?.cursor ?? "" });
    const [after] = await bob.until("welcome");
    expect(after?.recovered).toBe(false);
    expect(after?.cursor).not.toBe(before?.cursor);
    bob.say("hello", clientIdAt(Date.now()));
    expect(await bob.until("ack")).toHaveLength(1);
  });
});

describe("a client that never reads", () => {
  it("delays nobody, and costs nothing once it is gone", async () => {
    const room = freshRoom();
    const response = await RoomClient.upgrade(room, { userId: "deaf" });
    const clients = await Promise.all(Array.from({ length: 20 }, () => RoomClient.open(room)));
    for (const client of clients)
      for (let n = 0; n < 10; n++) client.say("x".repeat(500), clientIdAt(Date.now()));
    await Promise.all(clients.map((client) => client.until("chat_message", 200)));
    expect(await stubOf(room).kick({ room, region: "weur", userId: "deaf" })).toEqual({ closed: 1 });
    expect((await stubOf(room).info({ room, region: "weur" })).users).toBe(20);
    response.webSocket?.accept();
  });
});

describe("cost", () => {
  it("of 1,000 messages: at most one frame a tick and socket, the alarm not set again, no directory write", async () => {
    const room = freshRoom();
    const clients = await Promise.all(Array.from({ length: 100 }, () => RoomClient.open(room)));
    await expect.poll(() => listed(room), { timeout: 10_000 }).toHaveLength(1);
    const alarm = await alarmOf(room);
    const updatedAt = (await listed(room))[0]?.metadata;
    for (const client of clients) for (let n = 0; n < 10; n++) client.say("hello", clientIdAt(Date.now()));
    await Promise.all(clients.map((client) => client.until("chat_message", 1000)));
    const ticks = new Set(clients[0]?.of("chat_message").map(({ timestamp }) => timestamp)).size;
    for (const client of clients)
      expect(client.frames.filter((frame) => frame.includes('"chat_message"')).length).toBeLessThanOrEqual(
        ticks,
      );
    expect(await alarmOf(room)).toBe(alarm);
    expect((await listed(room))[0]?.metadata).toEqual(updatedAt);
  });
});
