/** Moderation and room info of a room in several regions, through its real hub. */
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { RoomHub } from "../../../worker/objects/room-hub.ts";
import { admin, ask, freshRoom } from "./http.ts";
import { accept, type TestSocket, welcomeOf } from "./socket.ts";

const BOUND = { timeout: 15_000, interval: 20 } as const;
const PLACES = {
  weur: { latitude: "50.03", longitude: "8.54" },
  enam: { latitude: "38.94", longitude: "-77.46" },
  apac: { latitude: "35.76", longitude: "140.39" },
} as const;
type Place = keyof typeof PLACES;

const before = { ...env.CHAT };
const configure = (regions: readonly string[]) => Object.assign(env.CHAT, { ...before, regions });
beforeEach(() => {
  // The Worker and the objects of this file read the same value.
  configure(["weur", "enam", "apac"]);
});
afterAll(() => {
  Object.assign(env.CHAT, before);
  vi.restoreAllMocks();
});

const from = (place: Place, path: string, init: RequestInit = {}) =>
  ask(path, { ...init, cf: PLACES[place] } as RequestInit);

/** As a client would: a region that has no slot yet says so, and is asked again. */
async function enter(room: string, place: Place, session?: string): Promise<TestSocket> {
  const offered = ["edge-chat.v1", ...(session === undefined ? [] : [`session.${session}`])].join(", ");
  const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": offered };
  let socket: TestSocket | undefined;
  await expect
    .poll(async () => {
      const one = accept(await from(place, `/chat/${room}?username=${place}`, { headers }));
      socket = one;
      await expect.poll(() => one.frames.length, BOUND).toBeGreaterThan(0);
      return one.frames[0]?.code === "unavailable" ? undefined : one;
    }, BOUND)
    .toBeDefined();
  if (socket === undefined) throw new Error("not reached");
  return socket;
}

const infoOf = async (place: Place, room: string) =>
  (await from(place, `/chat/${room}`)).json<{ users: number; messages: number; regions: string[] }>();
const kick = async (place: Place, room: string, body: object) =>
  (
    await from(place, `/chat/${room}/kick`, { method: "POST", headers: admin(), body: JSON.stringify(body) })
  ).json();

describe("a room in three regions", () => {
  test("says the same of itself everywhere: all its users, messages and regions", async () => {
    const room = freshRoom();
    const inside = [await enter(room, "weur"), await enter(room, "enam")];
    inside[0]?.send({ type: "chat_message", message: "hello" });
    await inside[1]?.next("chat_message");
    for (const place of ["weur", "enam", "apac"] as const)
      await expect
        .poll(() => infoOf(place, room), BOUND)
        .toMatchObject({ room, users: 2, messages: 1, regions: ["enam", "weur"] });
    for (const socket of inside) socket.close();
  });

  test("that nobody ever joined has no users, no messages and no regions, and is not made by asking", async () => {
    const room = freshRoom();
    expect(await infoOf("apac", room)).toMatchObject({ users: 0, messages: 0, regions: [] });
    expect(await infoOf("weur", room)).toMatchObject({ regions: [] });
  });

  test("is told about by its replica alone while the hub does not answer", async () => {
    const room = freshRoom();
    const socket = await enter(room, "enam");
    vi.spyOn(RoomHub.prototype, "info").mockRejectedValue(new Error("down"));
    expect(await infoOf("enam", room)).toMatchObject({ users: 1, regions: ["enam"] });
    vi.restoreAllMocks();
    socket.close();
  });

  test("loses a kicked user in every region, whichever the moderator is near, and keeps a banned one out of each", async () => {
    const room = freshRoom();
    const first = await enter(room, "weur");
    const { userId, session } = await welcomeOf(first);
    const second = await enter(room, "enam", session);
    expect((await welcomeOf(second)).userId).toBe(userId);
    expect(await kick("apac", room, { userId, banSeconds: 60 })).toEqual({ userId, closed: 2 });
    expect((await first.closed()).code).toBe(4003);
    expect((await second.closed()).code).toBe(4003);
    for (const place of ["weur", "enam", "apac"] as const) {
      const again = await enter(room, place, session);
      expect(again.frames[0]).toMatchObject({ code: "banned" });
      expect((await again.closed()).code).toBe(4403);
    }
  });
});

test("a room of the time when there was one region is found by the hub: its people are kicked like any others", async () => {
  configure(["weur"]);
  const room = freshRoom();
  const socket = await enter(room, "weur");
  const { userId } = await welcomeOf(socket);
  configure(["weur", "enam", "apac"]);
  expect(await kick("apac", room, { userId })).toEqual({ userId, closed: 1 });
  expect((await socket.closed()).code).toBe(4003);
});
