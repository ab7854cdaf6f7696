import { expect, test } from "vitest";
import { readEvents } from "../../../scripts/up/event-log.ts";

const urn = "urn:pulumi:local::p::cloudflare:index/workersKvNamespace:WorkersKvNamespace::chat-directory";
const type = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";
const create = {
  op: "create",
  urn,
  type,
  diffs: ["title"],
  new: { parent: "urn:parent", inputs: { title: "t" } },
};
const lines = (...events: object[]) => events.map((event) => JSON.stringify(event)).join("\n");

test("a plan names each change with its inputs, and leaves out what stays", () => {
  const same = { op: "same", urn: "urn:x", type: "t", new: { inputs: {} } };
  const report = readEvents(
    lines(
      { resourcePreEvent: { metadata: create } },
      { resourcePreEvent: { metadata: same } },
      { summaryEvent: { resourceChanges: { create: 1, same: 4 } } },
    ),
  );
  expect(report.steps).toEqual([
    { op: "create", urn, type, parent: "urn:parent", inputs: { title: "t" }, changed: ["title"] },
  ]);
  expect(report.changes).toEqual({ create: 1 });
});

test("errors are kept as plain text, without the engine's colours", () => {
  const message = "<{%fg 1%}>error: <{%reset%}>10014: a namespace with this title exists\n";
  expect(readEvents(lines({ diagnosticEvent: { severity: "error", message } })).errors).toEqual([
    "error: 10014: a namespace with this title exists",
  ]);
});

test("what the program says beside is kept as plain text", () => {
  const message = "<{%reset%}>no output changes<{%reset%}>\n";
  expect(readEvents(lines({ diagnosticEvent: { severity: "info", message } })).words).toEqual([
    "no output changes",
  ]);
});

test("the log of an engine that was killed in the middle of a line is read up to there", () => {
  const text = `${lines({ resourcePreEvent: { metadata: create } })}\n{"diagnosticEv`;
  expect(readEvents(text).steps).toHaveLength(1);
});
