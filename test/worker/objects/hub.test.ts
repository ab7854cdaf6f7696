import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DIRECTORY_PREFIX, hubName, objectName } from "../../../worker/objects/contract.ts";
import type { RoomHub } from "../../../worker/objects/room-hub.ts";
import { freshRoom, RoomClient } from "./room-client.ts";

const stubOf = (room: string) => env.ROOM_HUB.getByName(hubName(room));
const replicaOf = (room: string) => env.CHAT_ROOM.getByName(objectName("weur", room));
const tablesOf = (room: string): Promise<string[]> =>
  runInDurableObject(stubOf(room), (_hub: RoomHub, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
      .toArray()
      .map(({ name }) => name),
  );

const wish = (room: string, n: number) => ({
  room,
  region: "enam",
  origin: "enam.mhx3k2abq7",
  n,
  holds: 0,
  wants: 5,
});

describe("a hub object", () => {
  it("says nothing of a room that has none, and stores nothing for it", async () => {
    const room = freshRoom();
    expect(await stubOf(room).info({ room })).toEqual({ users: 0, regions: [] });
    expect(await tablesOf(room)).toEqual([]);
  });

  it("asks the real replicas before it grants anything, and founds none of them", async () => {
    const room = freshRoom();
    expect(await stubOf(room).kick({ room, userId: "mallory", banSeconds: 60 })).toEqual({ closed: 0 });
    expect(await replicaOf(room).report({ room, region: "weur" })).toEqual({ founded: false });
    expect(await tablesOf(room)).toContain("replicas");
  });

  it("hears no 'nobody is here' from a region whose settings are from before there were several", async () => {
    const room = freshRoom();
    await runInDurableObject(replicaOf(room), async (replica) => {
      await expect(replica.report({ room, region: "weur", regions: 2 })).rejects.toThrow(/one region alone/);
    });
    // Somebody who is there is counted, whatever the settings.
    await RoomClient.open(room);
    const report = await replicaOf(room).report({ room, region: "weur", regions: 2 });
    expect(report).toMatchObject({ founded: true, holds: 1 });
  });

  it("refuses what is no claim, and a claim of a life that the region does not have", async () => {
    const room = freshRoom();
    // Inside the object: the test runtime takes a rejected call for an error that nobody handled.
    await runInDurableObject(stubOf(room), async (hub: RoomHub) => {
      await expect(hub.acquire({ ...wish(room, 1), n: Number.NaN })).rejects.toThrow(/Invalid/);
      await expect(hub.acquire(wish(room, 1))).rejects.toThrow(/not the present life/);
    });
  });

  it("keeps what it knows through sleep, and its alarm comes while something is due", async () => {
    const room = freshRoom();
    await stubOf(room).kick({ room, userId: "mallory", banSeconds: 3600 });
    await evictDurableObject(stubOf(room));
    const bans = await runInDurableObject(stubOf(room), (_hub: RoomHub, { storage }) =>
      storage.sql.exec<{ user_id: string }>("SELECT user_id FROM bans").toArray(),
    );
    expect(bans).toEqual([{ user_id: "mallory" }]);
    expect(await runDurableObjectAlarm(stubOf(room))).toBe(true);
    expect((await env.DIRECTORY.list({ prefix: DIRECTORY_PREFIX + room })).keys).toEqual([]);
  });
});
