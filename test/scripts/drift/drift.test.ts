import { describe, expect, it } from "vitest";
import { readRefresh } from "../../../scripts/drift/account-changes.ts";
import { driftReport } from "../../../scripts/drift/drift-report.ts";
import { type LiveSettings, unseenChanges } from "../../../scripts/drift/unseen-changes.ts";
import { markText, ownMark } from "../../../scripts/release/release-mark.ts";

const SCRIPT = "cloudflare:index/workersScript:WorkersScript";
const event = (op: string, before: object, after: object | null, type = SCRIPT) =>
  JSON.stringify({
    resOutputsEvent: {
      metadata: {
        op,
        type,
        urn: "urn:pulumi:dev::p::T::chat-script",
        old: { outputs: before },
        new: after && { outputs: after },
      },
      planning: true,
    },
  });

describe("what a refresh saw", () => {
  it("is told by property, and what is gone as a whole", () => {
    const log = [
      '{"preludeEvent":{}}',
      event("same", { a: 1 }, { a: 2 }),
      event("update", { logpush: false, bindings: "[secret]" }, { logpush: true, bindings: "[secret]" }),
      event("delete", {}, null),
      '{"cut off',
    ].join("\n");
    expect(readRefresh(log).changes).toEqual([
      {
        resource: "chat-script",
        what: "changed",
        properties: [{ name: "logpush", before: false, after: true }],
      },
      { resource: "chat-script", what: "gone", properties: [] },
    ]);
  });

  it("is no drift when the provider alone sees it, which is said with the issue", () => {
    const { changes, noise } = readRefresh(event("update", { startupTimeMs: 28 }, { startupTimeMs: 26 }));
    expect(changes).toEqual([]);
    const report = driftReport("dev", { changes, noise }, []);
    expect(report.drifted).toBe(false);
    expect(report.lines.join("\n")).toMatch(/startupTimeMs .*terraform-provider-cloudflare#7326/);
  });

  it("counts the same property of another resource", () => {
    const log = event("update", { startupTimeMs: 1 }, { startupTimeMs: 2 }, "cloudflare:index/other:Other");
    expect(readRefresh(log).changes).toHaveLength(1);
  });
});

const recorded = {
  kvNamespaceId: "kv",
  live: { tag: "v1" },
  releases: [],
  secrets: { SESSION_KEY: "digest" },
  settings: {
    version: '"one"',
    dataset: '"points"',
    connectsPerMinute: "60",
    access: '"open"',
    "limits.messagesPerMinute": "10",
    scriptName: '"edge-chat-dev"',
  },
};
const bindings: LiveSettings["bindings"] = [
  { name: "ANALYTICS", type: "analytics_engine", dataset: "points" },
  { name: "CHAT", type: "json", json: { access: "open", limits: { messagesPerMinute: 10 } } },
  { name: "CONNECT_LIMIT", type: "ratelimit", simple: { limit: 60 } },
  { name: "DIRECTORY", type: "kv_namespace", namespace_id: "kv" },
  { name: "SESSION_KEY", type: "secret_text" },
  { name: "VERSION", type: "plain_text", text: "one" },
];
const live = { tag: "v1", deployment: undefined, settings: { bindings } };

describe("what a refresh does not see", () => {
  it("is nothing where the account is as recorded", () => {
    expect(unseenChanges(recorded, live)).toEqual([]);
  });

  it("is told for values, missing bindings and secrets, and the migration tag", () => {
    const changed = bindings.flatMap((binding) => {
      if (binding.name === "DIRECTORY" || binding.name === "SESSION_KEY") return [];
      if (binding.name === "CHAT")
        return [{ ...binding, json: { access: "open", limits: { messagesPerMinute: 99 } } }];
      return [binding];
    });
    expect(unseenChanges(recorded, { ...live, tag: "v2", settings: { bindings: changed } })).toEqual([
      "migration tag: v1 → v2",
      "binding CHAT, limits.messagesPerMinute: 10 → 99",
      "binding DIRECTORY: gone",
      "secret SESSION_KEY: gone",
    ]);
  });

  it("is told for split traffic, with whose it is", () => {
    const shares = [
      { versionId: "new", percentage: 5 },
      { versionId: "old", percentage: 95 },
    ];
    const split = (message: string) =>
      unseenChanges(recorded, { ...live, deployment: { id: "d", shares, message } });
    expect(split(markText(ownMark("abc", "old")))).toEqual([
      "traffic is split: new 5 %, old 95 % (a gradual release of abc)",
    ]);
    expect(split("by hand")).toEqual(["traffic is split: new 5 %, old 95 % (not by a release of ours)"]);
  });
});

describe("the report", () => {
  it("says what is other, how to put it back, and how to keep it", () => {
    const change = { resource: "chat-script", what: "gone" as const, properties: [] };
    const { drifted, lines } = driftReport("dev", { changes: [change], noise: [] }, ["secret X: gone"]);
    expect(drifted).toBe(true);
    expect(lines.join("\n")).toMatch(
      /chat-script: gone[\s\S]*secret X: gone[\s\S]*npm run up -- dev --refresh[\s\S]*next upload[\s\S]*To keep it/,
    );
  });
});
