/**
 * The history of Durable Object migrations as the repository keeps it: append-only against what is released, sound in
 * itself, and one with the code. `up` refuses the same per stack; here it is refused before anybody deploys.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import ts from "typescript";
import * as z from "zod";
import { bundleWorker } from "../../infra/bundle.ts";
import { digests } from "../../infra/fingerprint.ts";
import { MIGRATION_HISTORY } from "../../infra/migration-history.ts";
import { BOUND_CLASSES } from "../../infra/plan/bindings.ts";
import { classMismatches, editedHistory, unsoundHistory } from "../../infra/plan/history-checks.ts";
import type { MigrationStep } from "../../infra/plan/migration-steps.ts";
import type { Problem } from "../../infra/plan/problems.ts";

const run = promisify(execFile);
const HISTORY_FILE = "infra/migration-history.ts";

const Steps = z.array(
  z.strictObject({
    tag: z.string(),
    newSqliteClasses: z.array(z.string()).exactOptional(),
    renamedClasses: z.array(z.strictObject({ from: z.string(), to: z.string() })).exactOptional(),
    deletedClasses: z.array(z.string()).exactOptional(),
  }),
);

/** The steps of a history file's text. It imports types alone, so what is left of it is data. */
export async function readSteps(text: string): Promise<readonly MigrationStep[]> {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext };
  const { outputText } = ts.transpileModule(text, { compilerOptions: options });
  const module: unknown = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  return z.object({ MIGRATION_HISTORY: Steps }).parse(module).MIGRATION_HISTORY;
}

/** Where the history is compared with, or why it cannot be. */
export type Base = { readonly commit: string } | { readonly missing: string };

/**
 * The commit that this work starts from: where it left the main branch; on the main branch itself the commit before.
 *
 * @param target the branch that a pull request goes to, when the pipeline names one.
 */
export async function gitBase(folder: string, target: string | undefined): Promise<Base> {
  const git = async (...args: string[]): Promise<string | undefined> =>
    run("git", args, { cwd: folder }).then(
      ({ stdout }) => stdout.trim() || undefined,
      () => undefined,
    );
  const head = await git("rev-parse", "HEAD");
  if (head === undefined) return { missing: "this folder is no git clone with a commit" };
  const branches = target === undefined ? ["origin/main", "main"] : [`origin/${target}`, target];
  for (const branch of branches) {
    const base = await git("merge-base", "HEAD", branch);
    if (base !== undefined && base !== head) return { commit: base };
  }
  const parent = await git("rev-parse", "--verify", "--quiet", "HEAD~1");
  if (parent !== undefined && target === undefined) return { commit: parent };
  if ((await git("rev-parse", "--is-shallow-repository")) === "true")
    return {
      missing:
        `this clone is shallow and does not reach ${branches[0]}. To compare: git fetch --unshallow ` +
        "(in a pipeline: fetch-depth: 0)",
    };
  return parent === undefined
    ? { missing: "this is the first commit" }
    : { missing: `there is no branch ${branches.join(" or ")} to compare with` };
}

/** Steps of the released history that the present one changed, moved or lost. */
export function editedSince(base: readonly MigrationStep[], now: readonly MigrationStep[]): Problem[] {
  return editedHistory(digests(now), digests(base)).map(({ what, fix }) => ({
    what: what.replace("which this stack has run", "which is released"),
    fix,
  }));
}

export interface HistoryVerdict {
  readonly problems: readonly Problem[];
  /** What could not be checked, and how it could. */
  readonly note?: string;
}

/** Everything that can be said of the history without an account. */
export async function checkHistory(folder: string, target: string | undefined): Promise<HistoryVerdict> {
  const { exports } = await bundleWorker();
  const problems = [
    ...unsoundHistory(MIGRATION_HISTORY),
    ...classMismatches(MIGRATION_HISTORY, BOUND_CLASSES, exports),
  ];
  const base = await gitBase(folder, target);
  if ("missing" in base) {
    const what = `the migration history is not compared with a release: ${base.missing}`;
    // A pull request is what this check is for: there, not to compare is to fail.
    return target === undefined
      ? { problems, note: what }
      : { problems: [...problems, { what, fix: "Fetch the whole history before npm run check." }] };
  }
  const before = await run("git", ["show", `${base.commit}:${HISTORY_FILE}`], { cwd: folder }).then(
    ({ stdout }) => stdout,
    () => undefined, // the file is younger than the base
  );
  const released = before === undefined ? [] : await readSteps(before);
  return { problems: [...problems, ...editedSince(released, MIGRATION_HISTORY)] };
}
