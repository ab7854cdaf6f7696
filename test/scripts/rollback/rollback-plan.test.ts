import { describe, expect, it } from "vitest";
import { chooseRelease, releaseLines, rollbackLines } from "../../../scripts/rollback/rollback-plan.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string]; // three letters
const at = (version: string, migrationTag = "v1") => ({ version, migrationTag });
const record = { releases: [at(A), at(B), at(C)], heldBack: [] };

describe("the release to go back to", () => {
  it("is the one before, or the one that the beginning of its version names", () => {
    expect(chooseRelease(record, undefined, "dev")).toEqual(at(B));
    expect(chooseRelease(record, "aaa", "dev")).toEqual(at(A));
  });

  it("is never the running one", () => {
    expect(() => chooseRelease(record, "ccc", "dev")).toThrow(
      /cccccccccccc is the one that stack "dev" runs/,
    );
  });

  it("must be told from others: none and several are refused with the versions there are", () => {
    expect(() => chooseRelease(record, "f", "dev")).toThrow(
      /begins with "f"\. There are: a{12}, b{12}, c{12}/,
    );
    expect(() => chooseRelease(record, "", "dev")).toThrow(/More than one release begins with ""/);
  });

  it("does not exist for a first release", () => {
    expect(() => chooseRelease({ releases: [at(A)], heldBack: [] }, undefined, "dev")).toThrow(
      /no earlier release to go back to: aaaaaaaaaaaa is its first/,
    );
  });
});

describe("the list of releases", () => {
  it("begins with the newest and says what each is now, each once", () => {
    const after = { releases: [at(A, "v0"), at(B), at(C), at(B)], heldBack: [C] };
    expect(releaseLines(after)).toEqual([
      `  ${B.slice(0, 12)}  runs`,
      `  ${C.slice(0, 12)}  was rolled back`,
      `  ${A.slice(0, 12)}  ran under migration tag v0: cannot come back`,
    ]);
  });

  it("says before a rollback what comes back, and that data, secrets and settings do not", () => {
    const text = rollbackLines(record, at(B), "dev").join("\n");
    expect(text).toMatch(/bbbbbbbbbbbb {2}comes back/);
    expect(text).toMatch(/What does not:\n.*data[\s\S]*secrets and settings/);
  });
});
