import { describe, expect, test } from "vitest";
import { countTests, judgeTests, summaryLines } from "../../../scripts/test-run/outcome.ts";

const report = (part: object) => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...part,
});

describe("a test step", () => {
  test("passes when all ran and none failed", () => {
    expect(judgeTests("node", 1, 0, countTests(report({})))).toMatchObject({ ok: true });
  });

  test("fails when no test ran: a wrong path must not look green", () => {
    expect(judgeTests("node", 1, 0, countTests(report({ numPassedTests: 0 })))).toMatchObject({
      ok: false,
      reason: "no test ran",
    });
  });

  test("fails when a test was skipped or is only planned", () => {
    expect(judgeTests("node", 1, 0, countTests(report({ numPendingTests: 1 })))).toMatchObject({ ok: false });
    expect(judgeTests("node", 1, 0, countTests(report({ numTodoTests: 1 })))).toMatchObject({ ok: false });
  });

  test("fails by vitest's own exit code, or without a report", () => {
    expect(judgeTests("node", 1, 1, countTests(report({})))).toMatchObject({ ok: false });
    expect(judgeTests("node", 1, 1, undefined)).toMatchObject({ ok: false });
  });

  test("counts a file that could not be loaded as a failed test", () => {
    const broken = report({ testResults: [{ name: "a", status: "failed", assertionResults: [] }] });
    expect(countTests(broken)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });
});

test("the last line alone counts every test, and a step that failed without one as one", () => {
  const lines = summaryLines([
    { name: "check", seconds: 1, ok: false, reason: "format" },
    { name: "node", seconds: 2, ok: true, tests: { passed: 10, failed: 0, skipped: 0 } },
    { name: "e2e", seconds: 3, ok: false, tests: { passed: 4, failed: 2, skipped: 0 } },
  ]);
  expect(lines.at(-1)).toBe("14 passed, 3 failed");
  expect(lines).toHaveLength(4);
});
