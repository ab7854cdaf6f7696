import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIGRATION_HISTORY } from "../../../infra/migration-history.ts";
import type { MigrationStep } from "../../../infra/plan/migration-steps.ts";
import { checkHistory, editedSince, gitBase, readSteps } from "../../../scripts/checks/migration-history.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-history-"));
const origin = path.join(folder, "origin");

const git = (where: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: where,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
const commit = (where: string, text: string): string => {
  mkdirSync(path.join(where, "infra"), { recursive: true });
  writeFileSync(path.join(where, "infra/migration-history.ts"), text);
  git(where, "add", ".");
  git(where, "commit", "-qm", text);
  return git(where, "rev-parse", "HEAD");
};
const clone = (name: string, ...flags: string[]): string => {
  git(folder, "clone", "-q", ...flags, `file://${origin}`, name);
  return path.join(folder, name);
};
const fileOf = (steps: readonly MigrationStep[]): string =>
  `import type { MigrationStep } from "./plan/migration-steps.ts";\nexport const MIGRATION_HISTORY: readonly MigrationStep[] = ${JSON.stringify(steps)};\n`;

let first: string;
let second: string;

beforeAll(() => {
  mkdirSync(origin);
  git(origin, "init", "-q", "-b", "main");
  first = commit(origin, "one");
  second = commit(origin, "two");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what the history is compared with", () => {
  it("is where a branch left main, however many commits ago", async () => {
    const work = clone("branch");
    git(work, "checkout", "-qb", "feature");
    commit(work, "three");
    commit(work, "four");
    expect(await gitBase(work, undefined)).toEqual({ commit: second });
    expect(await gitBase(work, "main")).toEqual({ commit: second });
  });

  it("is the commit before, on main itself", async () => {
    expect(await gitBase(clone("main"), undefined)).toEqual({ commit: first });
  });

  it("is missing in a shallow clone, which is told with the command that deepens it", async () => {
    expect(await gitBase(clone("shallow", "--depth", "1"), undefined)).toEqual({
      missing: expect.stringMatching(/shallow .* git fetch --unshallow .*fetch-depth: 0/),
    });
  });

  it("is missing at the first commit, without git, and where a pull request's branch is unknown", async () => {
    const fresh = path.join(folder, "fresh");
    mkdirSync(fresh);
    expect(await gitBase(fresh, undefined)).toEqual({ missing: expect.stringContaining("no git clone") });
    git(fresh, "init", "-q", "-b", "main");
    commit(fresh, "one");
    expect(await gitBase(fresh, undefined)).toEqual({ missing: "this is the first commit" });
    expect(await gitBase(clone("pull"), "release")).toEqual({
      missing: expect.stringContaining("no branch origin/release or release"),
    });
  });
});

describe("the history", () => {
  it("is read from its file's text as data, with whatever steps it has", async () => {
    const steps = [
      { tag: "v1", newSqliteClasses: ["A"] },
      { tag: "v2", renamedClasses: [{ from: "A", to: "B" }] },
      { tag: "v3", deletedClasses: ["B"] },
    ];
    expect(await readSteps(fileOf(steps))).toEqual(steps);
  });

  it("may grow, and may not change what is released", () => {
    const released = [{ tag: "v1", newSqliteClasses: ["A"] }];
    expect(editedSince(released, [...released, { tag: "v2", newSqliteClasses: ["B"] }])).toEqual([]);
    const edited = editedSince(released, [{ tag: "v1", newSqliteClasses: ["A", "B"] }]);
    expect(edited.map(({ what }) => what)).toEqual([
      "migration step v1, which is released, was edited in infra/migration-history.ts",
    ]);
    expect(editedSince(released, [])).toHaveLength(1);
  });

  it("is refused when it lost or changed a step that its base has, in a branch that appended one", async () => {
    const work = clone("edited");
    commit(work, fileOf([{ tag: "v1", newSqliteClasses: ["SomethingElse"] }, ...MIGRATION_HISTORY.slice(1)]));
    git(work, "checkout", "-qb", "feature");
    git(work, "branch", "-qf", "main", "HEAD");
    git(work, "update-ref", "refs/remotes/origin/main", "HEAD");
    git(work, "commit", "-q", "--allow-empty", "-m", "more");
    const { problems } = await checkHistory(work, "main");
    expect(problems.map(({ what }) => what)).toEqual([
      "migration step v1, which is released, was edited in infra/migration-history.ts",
    ]);
  });

  it("that is not compared is a note for people, and a failure for a pull request", async () => {
    const work = clone("shallow-check", "--depth", "1");
    const alone = await checkHistory(work, undefined);
    expect(alone.problems).toEqual([]);
    expect(alone.note).toMatch(/not compared with a release: this clone is shallow/);
    const pulled = await checkHistory(work, "release");
    expect(pulled.problems.map(({ what }) => what)).toEqual([expect.stringContaining("not compared")]);
  });

  it("of this project is sound, append-only, and one with its code", async () => {
    const { problems } = await checkHistory(project, undefined);
    expect(problems).toEqual([]);
  });
});
