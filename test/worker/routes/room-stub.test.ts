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
    askUnder({ bindings: { CHAT_ROOM }, chat: { regions: ["apac", "weur"] } }, `/chat/${room}${path}`, init);
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
