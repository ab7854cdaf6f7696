import { describe, expect, it } from "vitest";
import {
  LONGEST_COMMENT,
  previewComment,
  type StackPreview,
} from "../../../scripts/pipeline/preview-comment.ts";
import { readPreview } from "../../../scripts/pipeline/preview-events.ts";

const planned = (name: string, op: string, diffs: string[] = []) =>
  JSON.stringify({
    resourcePreEvent: {
      metadata: { op, urn: `urn::${name}`, type: "cloudflare:index/workersScript:WorkersScript", diffs },
    },
  });

const preview = (changes: Partial<StackPreview> = {}): StackPreview => ({
  stack: "dev",
  changes: [],
  lifecycle: ["Durable Object classes of edge-chat-dev (live migration tag: v1):", "  class ChatRoom: keep"],
  words: [],
  errors: [],
  bundle: { now: 40_000, before: 39_000 },
  log: "the log",
  ...changes,
});

describe("an event log", () => {
  it("tells changed resources with why, the program's words, errors and violated policies", () => {
    const log = [
      planned("chat-script", "update", ["contentSha256", "bindings"]),
      planned("chat-route", "same"),
      JSON.stringify({
        diagnosticEvent: { severity: "info", message: "<{%reset%}>limits.x: 1 → 2\nno step<{%reset%}>" },
      }),
      JSON.stringify({ diagnosticEvent: { severity: "error", message: "it fails" } }),
      JSON.stringify({
        policyEvent: { policyName: "no-workers-dev", message: "it is on", enforcementLevel: "mandatory" },
      }),
      '{"half',
    ].join("\n");
    expect(readPreview(log)).toEqual({
      changes: [
        { op: "update", name: "chat-script", kind: "WorkersScript", why: ["bindings", "contentSha256"] },
      ],
      words: ["limits.x: 1 → 2", "no step"],
      errors: ["it fails", "policy no-workers-dev: it is on"],
    });
  });
});

describe("the comment on a pull request", () => {
  it("has a row for each stack with counts and the bundle's delta", () => {
    const change = { op: "update", name: "chat-script", kind: "WorkersScript", why: ["contentSha256"] };
    const text = previewComment([preview({ changes: [change] }), preview({ stack: "production" })]);
    expect(text).toMatch(/\| dev \| – \| 1 \| – \| – \| 39\.1 KiB \(\+1\.0 KiB\) \|/);
    expect(text).toMatch(/\| production \| – \| – \| – \| – \|/);
    expect(text).toMatch(/\| update \| chat-script \(WorkersScript\) \| contentSha256 \|/);
    expect(text).toMatch(/#### production[\s\S]*Nothing changes\./);
    expect(text).toMatch(/<details>[\s\S]*the log/);
  });

  it("does not let a deletion of rooms or a replacement be overlooked", () => {
    const change = { op: "replace", name: "chat-script", kind: "WorkersScript", why: ["scriptName"] };
    const text = previewComment([
      preview({ changes: [change], lifecycle: ["  class Attic: DELETE (data lost)"] }),
    ]);
    expect(text).toContain("**⚠ class Attic: DELETE (data lost)**");
    expect(text).toContain("| **replace** | chat-script");
  });

  it("says which stack fails or was not looked at, and why", () => {
    const text = previewComment([
      preview({ errors: ["2 settings are wrong"] }),
      preview({ stack: "production", skipped: "it has no backend" }),
    ]);
    expect(text).toMatch(/\| dev: \*\*fails\*\*/);
    expect(text).toContain("2 settings are wrong");
    expect(text).toContain("**production** was not looked at: it has no backend");
  });

  it("stays below GitHub's limit: logs go first, then the end, and it says where the rest is", () => {
    const long = "x".repeat(LONGEST_COMMENT);
    const many = ["a", "b", "c", "d", "e", "f"].map((stack) => preview({ stack, log: long }));
    const withoutLogs = previewComment(many, "https://github.com/t/c/actions/runs/1");
    expect(withoutLogs.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(withoutLogs).toContain("[the run](https://github.com/t/c/actions/runs/1)");
    const cut = previewComment([preview({ words: [long, long] })]);
    expect(cut.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(cut).toMatch(/…cut: see the run\.$/);
  });
});
