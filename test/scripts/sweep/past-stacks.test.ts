import { describe, expect, it } from "vitest";
import { judge, prStacks } from "../../../scripts/sweep/past-stacks.ts";

describe("a sweep", () => {
  const now = new Date("2026-12-01T12:00:00Z");

  it("sees the stacks of pull requests alone, under whatever full name the backend lists them", () => {
    const names = [
      "organization/edge-websocket-chat/pr-12",
      "pr-7",
      "production",
      "pr-x",
      "my-pr-3",
      "local",
    ];
    expect(prStacks(JSON.stringify(names.map((name) => ({ name, current: false }))))).toEqual([
      "pr-12",
      "pr-7",
    ]);
    expect(prStacks("[]")).toEqual([]);
  });

  it("takes what is past its time, and says of the others why they stay", () => {
    const { past, kept } = judge(
      [
        { stack: "pr-1", expires: "2026-12-01T11:59:59.000Z" },
        { stack: "pr-2", expires: "2026-12-01T12:00:01.000Z" },
        { stack: "pr-3", expires: undefined },
        { stack: "pr-4", expires: "never" },
      ],
      now,
    );
    expect(past).toEqual(["pr-1"]);
    expect(kept).toEqual([
      "pr-2 stays: its end is 2026-12-01T12:00:01.000Z",
      "pr-3 stays: no finished up yet",
      "pr-4 stays: its end is never",
    ]);
  });
});
