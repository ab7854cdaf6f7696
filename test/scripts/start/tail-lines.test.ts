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
  const exceptions = [{ name: "TypeError", message: "no" }];
  expect(
    describeTailEvent(event({ entrypoint: "ChatRoom", outcome: "exception", logs, exceptions })),
  ).toEqual(["00:00:00.000 ChatRoom call exception", '  log: joined {"room":"a"}', "  TypeError: no"]);
});

test("calls that went well and said nothing are left out", () => {
  expect(describeTailEvent(event({ event: { rpcMethod: "info" } }))).toEqual([]);
  expect(describeTailEvent("not json")).toEqual([]);
});
