import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { admin, askUnder, freshRoom } from "./http.ts";

test("every way to a room goes to region/room with the region as location hint", async () => {
  const room = freshRoom();
  const asked: unknown[] = [];
  // The real namespace, watched.
  const CHAT_ROOM = {
    getByName: (...call: Parameters<typeof env.CHAT_ROOM.getByName>) => {
      asked.push(call);
      return env.CHAT_ROOM.getByName(...call);
    },
  };
  const ask = (path: string, init: RequestInit<IncomingRequestCfProperties> = {}) =>
    askUnder({ bindings: { CHAT_ROOM }, chat: { regions: ["apac"] } }, `/chat/${room}${path}`, init);
  const responses = [
    await ask(""),
    await ask("/messages"),
    await ask("", { headers: { Upgrade: "websocket" } }),
    await ask("/messages/some-id", { method: "DELETE", headers: admin() }),
    await ask("/kick", { method: "POST", headers: admin(), body: '{"userId":"nobody"}' }),
  ];
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 101, 404, 200]);
  expect(asked).toEqual(responses.map(() => [`apac/${room}`, { locationHint: "apac" }]));
});

test("with a jurisdiction, every object is one of it, with the hint as well", async () => {
  const room = freshRoom();
  const asked: unknown[] = [];
  // The laptop's runtime has no jurisdictions: here the namespace only says which one was asked for.
  const CHAT_ROOM = {
    jurisdiction: (name: string) => ({
      getByName: (...call: Parameters<typeof env.CHAT_ROOM.getByName>) => {
        asked.push([name, ...call]);
        return env.CHAT_ROOM.getByName(...call);
      },
    }),
  };
  const settings = { bindings: { CHAT_ROOM }, chat: { regions: ["eeur"], jurisdiction: "eu" } } as const;
  expect((await askUnder(settings, `/chat/${room}`)).status).toBe(200);
  expect(asked).toEqual([["eu", `eeur/${room}`, { locationHint: "eeur" }]]);
});

test("where the runtime has no jurisdictions, a stack that wants one is unavailable and makes no room elsewhere", async () => {
  const response = await askUnder({ chat: { jurisdiction: "eu" } }, `/chat/${freshRoom()}`);
  expect(response.status).toBe(503);
});
