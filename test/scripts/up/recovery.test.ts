import { describe, expect, test } from "vitest";
import type { RunReport } from "../../../scripts/up/event-log.ts";
import { readState, remedyFor, unrecorded } from "../../../scripts/up/recovery.ts";

const failedWith = (...errors: string[]): RunReport => ({
  steps: [],
  changes: {},
  words: [],
  errors,
  failed: [],
});

describe("what can be done about a failed run", () => {
  test("a title or a route that is taken: adopt what an unanswered request created", () => {
    expect(
      remedyFor(failedWith("error: 10014: a namespace with this account ID and title already exists")),
    ).toBe("adopt");
    expect(remedyFor(failedWith("error: 10020: a route with the same pattern already exists"))).toBe("adopt");
  });

  test("a migration tag that moved on: run again, the program reads the live tag anew", () => {
    expect(remedyFor(failedWith("code 10079: migration tag precondition failed"))).toBe("again");
    expect(remedyFor(failedWith("PUT …: 412 Precondition Failed"))).toBe("again");
  });

  test("anything else is the user's to judge, also with a number that only contains such a code", () => {
    expect(remedyFor(failedWith("error: 10021: Uncaught Error: no"))).toBe("none");
    expect(remedyFor(failedWith("script has 110079 bytes, namespace 4100141"))).toBe("none");
    expect(remedyFor(failedWith())).toBe("none");
  });
});

test("an exported state tells its resources and what nobody saw the end of", () => {
  const state = readState(
    JSON.stringify({
      deployment: {
        resources: [{ urn: "urn:a", type: "t", id: "1", parent: "urn:p" }],
        pending_operations: [{ type: "creating", resource: { urn: "urn:b", type: "u" } }],
      },
    }),
  );
  expect(state.resources).toEqual([{ urn: "urn:a", type: "t", id: "1", parent: "urn:p" }]);
  expect(state.pending).toEqual([{ urn: "urn:b", type: "u", operation: "creating" }]);
});

test("a stack that was never deployed has neither", () => {
  expect(readState(JSON.stringify({ version: 3, deployment: { manifest: {} } }))).toEqual({
    resources: [],
    pending: [],
  });
});

describe("what may have been created without being recorded", () => {
  const step = (urn: string, parent?: string) => ({
    op: "create",
    urn,
    type: "t",
    parent,
    inputs: {},
    changed: [],
  });

  test("is searched for only where the parent is recorded and the resource itself is not", () => {
    const creates = [
      step("urn:recorded", "urn:chat"),
      step("urn:lost", "urn:chat"),
      step("urn:orphan", "urn:new"),
    ];
    expect(unrecorded(creates, new Set(["urn:chat", "urn:recorded"])).map(({ urn }) => urn)).toEqual([
      "urn:lost",
    ]);
  });

  test("is nothing on the very first run", () => {
    expect(unrecorded([step("urn:chat", "urn:stack"), step("urn:kv", "urn:chat")], new Set())).toEqual([]);
  });
});
