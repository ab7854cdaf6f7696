import * as z from "zod";

/** How one step of `npm test` ended. Tests are counted where the step has any. */
export type StepOutcome = {
  name: string;
  seconds: number;
  ok: boolean;
  tests?: TestCounts;
  /** Why it failed, when not by a test. */
  reason?: string;
};
export type TestCounts = { passed: number; failed: number; skipped: number };

/** Vitest's JSON report, as far as it is counted. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().default(0),
  testResults: z.array(
    z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.unknown()) }),
  ),
});

/** Counts a report. A file that could not even be loaded counts as one failed test: its tests never ran. */
export function countTests(report: unknown): TestCounts {
  const read = Report.parse(report);
  const broken = read.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return {
    passed: read.numPassedTests,
    failed: read.numFailedTests + broken.length,
    skipped: read.numPendingTests + read.numTodoTests,
  };
}

/** Judges a test step: it fails by a failed test, a skipped one, none at all, or Vitest's own exit code. */
export function judgeTests(
  name: string,
  seconds: number,
  exitCode: number,
  tests: TestCounts | undefined,
): StepOutcome {
  if (tests === undefined)
    return { name, seconds, ok: false, reason: `vitest exited ${exitCode} without a report` };
  const reason =
    tests.passed + tests.failed === 0
      ? "no test ran"
      : tests.skipped > 0
        ? `${tests.skipped} skipped: a test that does not run promises nothing`
        : tests.failed === 0 && exitCode !== 0
          ? `vitest exited ${exitCode}: an error outside the tests`
          : undefined;
  const ok = reason === undefined && tests.failed === 0;
  return { name, seconds, ok, tests, ...(reason === undefined ? {} : { reason }) };
}

/** The summary, its last line alone being `N passed, N failed`. A step that failed without a failed test counts as one. */
export function summaryLines(steps: readonly StepOutcome[]): string[] {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const lines = steps.map(({ name, seconds, ok, tests, reason }) => {
    const counts = tests ? `  ${tests.passed} passed, ${tests.failed} failed` : "";
    return `${ok ? "✓" : "✗"} ${name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s${counts}${reason ? `  ${reason}` : ""}`;
  });
  const passed = steps.reduce((sum, { tests }) => sum + (tests?.passed ?? 0), 0);
  const failed = steps.reduce((sum, { ok, tests }) => sum + Math.max(tests?.failed ?? 0, ok ? 0 : 1), 0);
  return [...lines, `${passed} passed, ${failed} failed`];
}
