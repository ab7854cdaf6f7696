import { describe, expect, it } from "vitest";
import { consoleLine, exceptionLines } from "../../../local/runtime/log-lines.ts";
import { type TailFilter, tailEventSchema, wants } from "../../../local/runtime/tail-event.ts";

const event = tailEventSchema.parse({
  scriptName: "chat",
  outcome: "ok",
  eventTimestamp: 1,
  event: {
    request: {
      url: "http://chat/x?session=a.token",
      method: "GET",
      headers: { "cf-connecting-ip": "127.0.0.1", "x-trace": "abc" },
    },
  },
  logs: [{ level: "log", message: ["hello", { room: "general" }] }],
  exceptions: [{ name: "Error", message: "boom", stack: "    at fetch (index.mjs:1:1)" }],
});

describe("the filters of wrangler tail", () => {
  it.each<[string, TailFilter, boolean]>([
    ["status that happened", { outcome: ["ok"] }, true],
    ["status that did not", { outcome: ["exception"] }, false],
    ["method", { method: ["get"] }, true],
    ["other method", { method: ["POST"] }, false],
    ["header", { header: { key: "X-Trace" } }, true],
    ["header with text", { header: { key: "x-trace", query: "b" } }, true],
    ["header with other text", { header: { key: "x-trace", query: "z" } }, false],
    ["address", { client_ip: ["127.0.0.1"] }, true],
    ["other address", { client_ip: ["10.0.0.1"] }, false],
    ["search in the logs", { query: "general" }, true],
    ["search for what was not said", { query: "absent" }, false],
    ["sampling above the throw", { sampling_rate: 0.6 }, true],
    ["sampling below the throw", { sampling_rate: 0.4 }, false],
  ])("%s", (_, filter, expected) => {
    expect(wants([filter], event, 0.5)).toBe(expected);
  });

  it("all of them must pass", () => {
    expect(wants([{ method: ["GET"] }, { outcome: ["exception"] }], event, 0)).toBe(false);
  });
});

describe("what a person reads", () => {
  it("an exception names its script, its request without the query, where tokens may stand, and its stack", () => {
    expect(exceptionLines(event)).toEqual([
      "error: [chat] GET http://chat/x Error: boom\n    at fetch (index.mjs:1:1)",
    ]);
  });

  it("console lines stay, the runtime's own stack addresses go", () => {
    expect(consoleLine({ level: "log", message: "hello\nworld" })).toBe("log: hello\nworld");
    const inner =
      "Uncaught exception: workerd/jsg/value.h:1477: failed: remote.jsg.Error: boom\nstack: /bin/workerd@33a";
    expect(consoleLine({ level: "error", message: inner })).toBeUndefined();
  });
});
