/** Two real replicas and their real hub, inside workerd. */
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIRECTORY_PREFIX, hubName } from "../../../worker/objects/contract.ts";
import type { RoomHub } from "../../../worker/objects/room-hub.ts";
import { freshRoom, RoomClient } from "./room-client.ts";

const BOUND = { timeout: 15_000, interval: 20 };
const hubOf = (room: string) => env.ROOM_HUB.getByName(hubName(room));

/** As a client would: a region that has no slot yet says so, and is asked again. */
async function enter(room: string, region: string, userId: string): Promise<RoomClient> {
  let client: RoomClient | undefined;
  await expect
    .poll(async () => {
      client = await RoomClient.open(room, { region, userId, username: userId }).catch(() => undefined);
      return client;
    }, BOUND)
    .toBeDefined();
  if (client === undefined) throw new Error("not reached");
  await client.until("welcome");
  return client;
}
const refused = async (room: string, region: string, userId: string): Promise<string> => {
  const response = await RoomClient.upgrade(room, { region, userId });
  expect(response.webSocket).toBeNull();
  const { code } = await response.json<{ code: string }>();
  return code;
};
/** As if so much time had passed that every job were due. */
async function alarmLater(room: string): Promise<void> {
  await runInDurableObject(hubOf(room), async (_hub: RoomHub, { storage }) => {
    storage.sql.exec("UPDATE jobs SET due = 1");
    storage.sql.exec("DELETE FROM facts WHERE key IN ('directoryAt', 'alarm')");
    await storage.setAlarm(Date.now() + 3_600_000);
  });
  await evictDurableObject(hubOf(room));
  await runDurableObjectAlarm(hubOf(room));
}
const heldBy = (room: string) =>
  runInDurableObject(hubOf(room), (_hub: RoomHub, { storage }) =>
    storage.sql.exec<{ region: string; bound: number }>("SELECT region, bound FROM replicas").toArray(),
  );

const before = { ...env.CHAT };
beforeAll(() => {
  // The objects of this file read the same value.
  const limits = { ...before.limits, connectionsPerRoom: 4 };
  Object.assign(env.CHAT, { regions: ["weur", "enam"], limits });
});
afterAll(() => {
  Object.assign(env.CHAT, before);
});

describe("two regions and their hub", () => {
  it("make one room: messages, users and the directory", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    const bob = await enter(room, "enam", "bob");
    ann.say("from Europe");
    bob.say("from America");
    await ann.until("chat_message", 2);
    await bob.until("chat_message", 2);
    await expect
      .poll(async () => hubOf(room).info({ room }), BOUND)
      .toEqual({ users: 2, regions: ["enam", "weur"] });
    await alarmLater(room);
    expect((await env.DIRECTORY.list({ prefix: DIRECTORY_PREFIX + room })).keys).toMatchObject([
      { metadata: { users: 2, regions: ["enam", "weur"] } },
    ]);
  });

  it("admit as many as the room's limit together, and never more, also after the hub forgot everything", async () => {
    const room = freshRoom();
    const inside = [
      await enter(room, "weur", "a"),
      await enter(room, "enam", "b"),
      await enter(room, "enam", "c"),
      await enter(room, "weur", "d"),
    ];
    expect(await refused(room, "weur", "e")).toMatch(/^(room_full|unavailable)$/);
    await runInDurableObject(hubOf(room), async (_hub: RoomHub, { storage }) => {
      await storage.deleteAlarm();
      await storage.deleteAll();
    });
    await evictDurableObject(hubOf(room));
    expect(await refused(room, "enam", "e")).toMatch(/^(room_full|unavailable)$/);
    inside[0]?.close();
    await inside[0]?.untilClosed();
    await enter(room, "enam", "e");
    expect((await heldBy(room)).reduce((sum, { bound }) => sum + bound, 0)).toBeLessThanOrEqual(4);
  });

  it("kick a user out everywhere, and keep the user out everywhere", async () => {
    const room = freshRoom();
    const here = await enter(room, "weur", "mallory");
    const there = await enter(room, "enam", "mallory");
    expect(await hubOf(room).kick({ room, userId: "mallory", banSeconds: 60 })).toEqual({ closed: 2 });
    expect([await here.untilClosed(), await there.untilClosed()]).toEqual([4003, 4003]);
    for (const region of ["weur", "enam"]) expect(await refused(room, region, "mallory")).toBe("banned");
  });

  it("go on after everything crashed", async () => {
    const room = freshRoom();
    await enter(room, "weur", "ann");
    await enter(room, "enam", "bob");
    await abortAllDurableObjects();
    for (const userId of ["a", "b", "c", "d"]) await enter(room, "enam", userId);
    expect(await refused(room, "weur", "e")).toMatch(/^(room_full|unavailable)$/);
  });
});
