import { describe, expect, it } from "vitest";
import {
  type ReleaseRecord,
  recordAfter,
  releaseBefore,
  rollbackProblems,
  versionToRun,
} from "../../../infra/plan/releases.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string]; // three letters
const at = (version: string, migrationTag = "v1") => ({ version, migrationTag });
const record = (versions: readonly string[], heldBack: readonly string[] = []): ReleaseRecord => ({
  releases: versions.map((version) => at(version)),
  heldBack,
});
const up = (built: string, before: ReleaseRecord | undefined, asked?: string) => {
  const question = { built, asked, newestTag: "v1", record: before };
  return { runs: versionToRun(question), record: recordAfter(question) };
};

describe("the version that a stack runs", () => {
  it("is the sources' bundle, and each new one joins the list of releases", () => {
    const first = up(A, undefined);
    expect(first).toEqual({ runs: A, record: record([A]) });
    expect(up(B, first.record)).toEqual({ runs: B, record: record([A, B]) });
  });

  it("is recorded once, however often it is deployed", () => {
    const before = record([A, B]);
    expect(up(B, before).record).toEqual(before);
  });

  it("is the kept one after a rollback, and stays it while the sources are what was rolled back", () => {
    const back = up(B, record([A, B]), A);
    expect(back).toEqual({ runs: A, record: record([A, B, A], [B]) });
    expect(up(B, back.record)).toEqual({ runs: A, record: back.record });
  });

  it("is the sources' again as soon as they differ, and then nothing is held back", () => {
    expect(up(C, record([A, B, A], [B]))).toEqual({ runs: C, record: record([A, B, A, C]) });
  });

  it("is the sources' also when only a migration step is new", () => {
    const question = { built: B, asked: undefined, newestTag: "v2", record: record([A, B, A], [B]) };
    expect(versionToRun(question)).toBe(B);
    expect(recordAfter(question).releases.at(-1)).toEqual(at(B, "v2"));
  });

  it("can be brought back by name after it was rolled back", () => {
    const again = up(B, record([A, B, A], [B]), B);
    expect(again.runs).toBe(B);
    expect(again.record.heldBack).toEqual([A]);
    expect(up(B, again.record).runs).toBe(B);
  });

  it("is remembered for the last 20 releases", () => {
    const versions = Array.from({ length: 30 }, (_, index) => String(index).padStart(64, "0"));
    let before: ReleaseRecord | undefined;
    for (const version of versions) before = up(version, before).record;
    expect(before?.releases.map(({ version }) => version)).toEqual(versions.slice(10));
  });
});

describe("a rollback without a version", () => {
  it("goes to the release before", () => {
    expect(releaseBefore(record([A, B]))).toEqual(at(A));
  });

  it("goes one further after another rollback, and never to what was left by one", () => {
    expect(releaseBefore(record([A, B, C, B], [C]))).toEqual(at(A));
    expect(releaseBefore(record([A, B, A], [B]))).toBeUndefined();
  });

  it("has nowhere to go after the first release", () => {
    expect(releaseBefore(record([A]))).toBeUndefined();
  });
});

describe("a rollback is refused", () => {
  const question = { stack: "dev", asked: A, record: record([A, B]), liveTag: "v1", newestTag: "v1" };
  const told = (problems: ReturnType<typeof rollbackProblems>) => problems.map(({ what }) => what).join();

  it("never for a release of the same classes", () => {
    expect(rollbackProblems(question)).toEqual([]);
  });

  it("for a version that the stack does not remember", () => {
    expect(told(rollbackProblems({ ...question, asked: C }))).toMatch(
      /cccccccccccc is not among the releases/,
    );
  });

  it("across a change of the classes", () => {
    expect(told(rollbackProblems({ ...question, liveTag: "v2", newestTag: "v2" }))).toMatch(
      /ran under the migration tag v1, and the account is at v2/,
    );
  });

  it("while the sources hold a step that has not run", () => {
    expect(told(rollbackProblems({ ...question, newestTag: "v2" }))).toMatch(
      /steps up to v2 that have not run/,
    );
  });
});
