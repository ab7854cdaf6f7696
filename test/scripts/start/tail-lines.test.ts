import { expect, test } from "vitest";
import { describeTailEvent } from "../../../scripts/start/tail-lines.ts";

const event = (part: object) => JSON.stringify({ outcome: "ok", eventTimestamp: 0, ...part });
const request = {
  request: { url: "http://x.localhost/chat/room?session=secret", method: "GET" },
  response: { status: 101 },
};

test("a request is one line, without its query: tokens may stand there", () => {
  expect(describeTailEvent(event({ event: request }))).toEqual(["00:00:00.000 GET /chat/room 101 ok"]);
});

test("what the Worker logged and threw follows", () => {
  const logs = [{ level: "log", message: ["joined", { room: "a" }] }];
  const stack = "TypeError: no\n    at say (worker.mjs:1:20)\n    at worker.mjs:1:9";
  const exceptions = [{ name: "TypeError", message: "no", stack }];
  expect(
    describeTailEvent(event({ entrypoint: "ChatRoom", outcome: "exception", logs, exceptions })),
  ).toEqual([
    "00:00:00.000 ChatRoom call exception",
    '  log: joined {"room":"a"}',
    "  TypeError: no",
    "    at say (worker.mjs:1:20)",
    "    at worker.mjs:1:9",
  ]);
});

test("calls that went well and said nothing are left out", () => {
  expect(describeTailEvent(event({ event: { rpcMethod: "info" } }))).toEqual([]);
  expect(describeTailEvent("not json")).toEqual([]);
});

test("with a room, only what names it: by its path, or in the log of its object", () => {
  const log = (room: string) => ({
    logs: [{ level: "log", message: [JSON.stringify({ event: "joined", room, userId: "u" })] }],
  });
  const of = (part: object) => describeTailEvent(event(part), "room").length;
  expect(of({ event: request })).toBe(1);
  expect(of(log("room"))).toBe(2);
  expect(of(log("rooms"))).toBe(0);
  expect(of({ event: { request: { url: "http://x/chat/other", method: "GET" } } })).toBe(0);
  expect(
    of({
      event: { request: { url: "http://x/", method: "GET" } },
      logs: [{ level: "log", message: ["room"] }],
    }),
  ).toBe(0);
});
