/** Two replicas and their hub inside workerd, put to sleep, closed and killed. */
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectName } from "../../../worker/objects/contract.ts";
import { clientIdAt, freshRoom, RoomClient } from "./room-client.ts";

const BOUND = { timeout: 15_000, interval: 20 };
const REGIONS = ["weur", "apac"] as const;
const stub = (room: string, region: string) => env.CHAT_ROOM.getByName(objectName(region, room));

/** As a client would: a region that has no slot yet says so, and is asked again. */
async function enter(room: string, region: string, userId: string, more: object = {}): Promise<RoomClient> {
  let client: RoomClient | undefined;
  await expect
    .poll(async () => {
      client = await RoomClient.open(room, { region, userId, username: userId, ...more }).catch(
        () => undefined,
      );
      return client?.until("welcome").catch(() => undefined);
    }, BOUND)
    .toBeDefined();
  if (client === undefined) throw new Error("not reached");
  return client;
}

const texts = (client: RoomClient): string[] => [
  ...(client.of("welcome")[0]?.recentMessages ?? []).map(({ message }) => message),
  ...client.of("chat_message").map(({ message }) => message),
];
const heldBy = (room: string, region: string): Promise<string[]> =>
  runInDurableObject(stub(room, region), (_room, { storage }) =>
    storage.sql
      .exec<{ id: string }>("SELECT place || ' ' || id || ' ' || state AS id FROM entries ORDER BY place")
      .toArray()
      .map(({ id }) => id),
  );
const countsIn = (room: string, region: string) =>
  runInDurableObject(stub(room, region), async (_room, { storage }) => ({
    alarm: await storage.getAlarm(),
    behind: storage.sql.exec("SELECT 1 FROM jobs WHERE job = 'sync'").toArray().length,
  }));
/** Runs what is due in that replica, as if time had passed. */
async function later(room: string, region: string): Promise<void> {
  await runInDurableObject(stub(room, region), (_room, { storage }) => {
    storage.sql.exec("UPDATE jobs SET due = 1 WHERE job = 'sync'");
  });
  await evictDurableObject(stub(room, region), { webSockets: "hibernate" });
  await runDurableObjectAlarm(stub(room, region));
}

const before = { ...env.CHAT };
beforeAll(() => {
  // The objects of this file read the same value.
  Object.assign(env.CHAT, { regions: REGIONS });
});
afterAll(() => {
  Object.assign(env.CHAT, before);
});

describe("two replicas", () => {
  it("show each other's messages, users and who types, and hold the same log", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    const bob = await enter(room, "apac", "bob");
    expect(bob.of("welcome")[0]?.userCount).toBe(2);
    expect(await ann.until("user_joined")).toMatchObject([{ userId: "bob", region: "apac", userCount: 2 }]);
    ann.say("from Europe", clientIdAt(Date.now()));
    bob.say("from Asia", clientIdAt(Date.now()));
    bob.send({ type: "typing", isTyping: true });
    await ann.until("chat_message", 2);
    await bob.until("chat_message", 2);
    expect(await ann.until("typing")).toMatchObject([{ userId: "bob", isTyping: true }]);
    ann.send({ type: "who" });
    expect((await ann.until("roster"))[0]?.users.map(({ region }) => region).sort()).toEqual([
      "apac",
      "weur",
    ]);
    await expect.poll(() => heldBy(room, "apac"), BOUND).toEqual(await heldBy(room, "weur"));
  });

  it("wake each other from sleep, and only by traffic", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    const bob = await enter(room, "apac", "bob");
    await ann.until("user_joined");
    for (const region of REGIONS) await evictDurableObject(stub(room, region), { webSockets: "hibernate" });
    ann.say("good morning", clientIdAt(Date.now()));
    expect(await bob.until("chat_message")).toMatchObject([{ message: "good morning" }]);
    for (const region of REGIONS) await evictDurableObject(stub(room, region), { webSockets: "hibernate" });
    bob.say("good evening", clientIdAt(Date.now()));
    await ann.until("chat_message", 2);
    // The checks that activity leaves behind find everything where it should be, and end.
    for (const region of [...REGIONS, ...REGIONS]) await later(room, region);
    for (const region of REGIONS) expect((await countsIn(room, region)).behind).toBe(0);
  });

  it("carry on where they were killed: nothing acknowledged is lost or doubled, wherever its author comes back", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    await enter(room, "apac", "bob");
    const ids = Array.from({ length: 6 }, () => clientIdAt(Date.now()));
    for (const id of ids) ann.say(id, id);
    await ann.until("ack");
    await abortAllDurableObjects();
    const again = await enter(room, "apac", "ann");
    for (const id of ids) again.say(id, id);
    await again.until("ack", ids.length);
    // The one that was killed before it could tell finds that when it wakes.
    await later(room, "weur");
    await expect
      .poll(async () => [await heldBy(room, "weur"), await heldBy(room, "apac")], BOUND)
      .toSatisfy(([here, there]: string[][]) => JSON.stringify(here) === JSON.stringify(there));
    const { messages } = await stub(room, "apac").history({ room, region: "apac", limit: 100 });
    expect(messages.map(({ message }) => message).sort()).toEqual([...ids].sort());
  });

  it("let a client go on in the other region, with all that it missed", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    const bob = await enter(room, "apac", "bob");
    ann.say("one", clientIdAt(Date.now()));
    await bob.until("chat_message");
    const [seen] = await ann.until("chat_message");
    const since = `${seen?.origin}:${seen?.seq}@${seen?.order}`;
    ann.close();
    await ann.untilClosed();
    bob.say("two", clientIdAt(Date.now()));
    await bob.until("chat_message", 2);
    const back = await enter(room, "apac", "ann", { resuming: true, since });
    expect(back.of("welcome")[0]).toMatchObject({ recovered: true, region: "apac" });
    expect(texts(back)).toEqual(["two"]);
  });

  it("give a replica that lost its storage everything back, under a new origin", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    const bob = await enter(room, "apac", "bob");
    ann.say("kept by the other", clientIdAt(Date.now()));
    const [lost] = await bob.until("chat_message");
    await runInDurableObject(stub(room, "weur"), async (_room, { storage }) => {
      await storage.deleteAlarm();
      await storage.deleteAll();
    });
    await evictDurableObject(stub(room, "weur"), { webSockets: "close" });
    const carl = await enter(room, "weur", "carl");
    await expect.poll(() => texts(carl), BOUND).toEqual(["kept by the other"]);
    carl.say("a new life", clientIdAt(Date.now()));
    const [, fresh] = await bob.until("chat_message", 2);
    expect(fresh?.origin).not.toBe(lost?.origin);
    await expect.poll(() => heldBy(room, "apac"), BOUND).toEqual(await heldBy(room, "weur"));
  });

  it("take a message out everywhere", async () => {
    const room = freshRoom();
    const ann = await enter(room, "weur", "ann");
    const bob = await enter(room, "apac", "bob");
    ann.say("a mistake", clientIdAt(Date.now()));
    const [wrong] = await bob.until("chat_message");
    expect(await stub(room, "apac").remove({ room, region: "apac", id: wrong?.id ?? "" })).toEqual({
      found: true,
    });
    expect(await ann.until("message_deleted")).toMatchObject([{ id: wrong?.id }]);
    expect((await stub(room, "weur").history({ room, region: "weur", limit: 10 })).messages).toEqual([]);
  });

  it("refuse what is no bundle and no notice, and found nothing for a notice", async () => {
    const room = freshRoom();
    const there = stub(room, "weur");
    expect(await there.notice({ recall: true })).toEqual({ founded: false });
    expect(await there.report({ room, region: "weur" })).toEqual({ founded: false });
    await runInDurableObject(there, async (object) => {
      // What newer code may send, and nobody can read.
      const nonsense = { room, vector: "none" } as unknown as Parameters<typeof object.sync>[0];
      await expect(object.sync(nonsense)).rejects.toThrow(/cannot read/);
    });
    expect(await there.info({ room, region: "weur" })).toMatchObject({ users: 0, messages: 0, regions: [] });
  });
});
