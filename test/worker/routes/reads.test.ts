import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { objectName } from "../../../worker/objects/contract.ts";
import { signJwt } from "../identity/tokens.ts";
import { ask, askUnder, errorOf, freshRoom } from "./http.ts";

const tablesOf = (room: string): Promise<unknown[]> =>
  runInDurableObject(env.CHAT_ROOM.getByName(objectName("weur", room)), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
  );

describe("reading a room that does not exist", () => {
  test("says that nobody is there", async () => {
    const room = freshRoom();
    const response = await ask(`/chat/${room}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ room, users: 0, messages: 0, regions: [], version: env.VERSION });
  });

  test("finds an empty history", async () => {
    const response = await ask(`/chat/${freshRoom()}/messages`);
    expect(await response.json()).toEqual({ messages: [], more: false });
  });

  test("creates nothing: no table, no alarm, no entry in the directory", async () => {
    const room = freshRoom();
    await ask(`/chat/${room}`);
    await ask(`/chat/${room}/messages?limit=5`);
    await ask(`/chat/${room}/`);
    expect(await tablesOf(room)).toEqual([]);
    const alarm = await runInDurableObject(
      env.CHAT_ROOM.getByName(objectName("weur", room)),
      (_, { storage }) => storage.getAlarm(),
    );
    expect(alarm).toBeNull();
    expect(await env.DIRECTORY.get(`room/${room}`)).toBeNull();
  });
});

describe("history refuses, and says what is allowed:", () => {
  test.each([
    ["limit=0", /limit must be a whole number from 1 to 100 \(default 50\)/],
    ["limit=101", /from 1 to 100/],
    ["limit=-1", /from 1 to 100/],
    ["limit=1.5", /from 1 to 100/],
    ["limit=", /from 1 to 100/],
    ["limit=ten", /from 1 to 100/],
    ["before=", /order of a message/],
    ["before=%27%20OR%201%3D1", /order of a message/],
    [`before=${"9".repeat(200)}`, /order of a message/],
  ])("%.30s", async (query, message) => {
    const response = await ask(`/chat/lobby/messages?${query}`);
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error.code).toBe("bad_request");
    expect(error.message).toMatch(message);
  });
});

describe("a room name that cannot be one answers 400", () => {
  test.each([
    ["a slash", "a%2Fb"],
    ["a dot", "a.b"],
    ["an emoji", "😀"],
    ["a space", "a%20b"],
    ["65 characters", "x".repeat(65)],
    ["broken percent encoding", "%E0%A4%A"],
    ["nothing", ""],
  ])("%s", async (_, name) => {
    for (const path of [`/chat/${name}`, ...(name === "" ? ["/chat"] : [`/chat/${name}/messages`])]) {
      const response = await ask(path);
      expect(response.status).toBe(400);
      const error = await errorOf(response);
      expect(error.code).toBe("bad_room");
      expect(error.message).toMatch(/1 to 64 letters/);
    }
  });
});

describe("where tickets are asked for", () => {
  const chat = { access: "ticket" } as const;
  const ticket = (room: string, exp = Math.floor(Date.now() / 1000) + 60) =>
    signJwt({ sub: "ada", name: "Ada", room, exp }, String(env.TICKET_KEY));

  test("info and history need one of this room", async () => {
    const room = freshRoom();
    for (const path of [`/chat/${room}`, `/chat/${room}/messages`]) {
      for (const bad of [
        "",
        "?ticket=garbage",
        `?ticket=${await ticket("other")}`,
        `?ticket=${await ticket(room, 1)}`,
      ]) {
        const response = await askUnder({ chat }, path + bad);
        expect(response.status).toBe(401);
        expect((await errorOf(response)).code).toBe("bad_ticket");
      }
      expect((await askUnder({ chat }, `${path}?ticket=${await ticket(room)}`)).status).toBe(200);
    }
  });

  test("a page sends it as a bearer token, which stays out of request logs", async () => {
    const room = freshRoom();
    const headers = { Authorization: `Bearer ${await ticket(room)}` };
    expect((await askUnder({ chat }, `/chat/${room}/messages`, { headers })).status).toBe(200);
  });
});
