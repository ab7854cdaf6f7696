/** `npm run check`: format, lint, types, import directions, file lengths, migration history, bundle budget. Fast, no services. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify, styleText } from "node:util";
import { overBudget } from "./checks/bundle-budget.ts";
import { tooLong } from "./checks/file-lengths.ts";
import { wrongDirections } from "./checks/import-directions.ts";
import { checkHistory } from "./checks/migration-history.ts";
import { foreignWords } from "./checks/self-contained.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

/** A tool's own output, a line an element, when it fails; nothing when it passes. */
async function tool(command: string, ...args: string[]): Promise<string[]> {
  const output = await run(command, args, { cwd: ROOT, maxBuffer: 16_000_000 }).then(
    () => "",
    (error: { stdout?: string; stderr?: string; message: string }) =>
      `${error.stdout ?? ""}${error.stderr ?? ""}` || error.message,
  );
  return output.split("\n").filter((line) => line.trim() !== "");
}

/** Every file that git tracks or would track. */
async function projectFiles(pattern: RegExp): Promise<Map<string, string>> {
  const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT });
  const names = stdout.split("\n").filter((name) => pattern.test(name));
  const texts = await Promise.all(names.map((name) => readFile(ROOT + name, "utf8").catch(() => undefined)));
  return new Map(names.flatMap((name, index) => (texts[index] === undefined ? [] : [[name, texts[index]]])));
}

const sources = await projectFiles(/\.(ts|mjs)$/);
const texts = await projectFiles(/\.(ts|mjs|json|ya?ml|md|sh|html|css)$/);
const each = (files: Map<string, string>, check: (file: string, text: string) => string[]) => async () =>
  [...files].flatMap(([file, text]) => check(file, text));

/** What a check could not look at. */
const notes: string[] = [];

/** GitHub's name for the branch that a pull request goes to; empty outside of pull requests. */
const pullRequestTarget = process.env.GITHUB_BASE_REF || undefined;

async function migrationHistory(): Promise<string[]> {
  const { problems, note } = await checkHistory(ROOT, pullRequestTarget);
  if (note !== undefined) notes.push(note);
  return problems.flatMap(({ what, fix }) => [what, `  ${fix}`]);
}

const CHECKS: readonly [string, () => Promise<string[]>][] = [
  ["format and lint", () => tool("biome", "check", "--error-on-warnings", ".")],
  ["types", () => tool("tsc", "-p", "tsconfig.json")],
  ["types of the Worker", () => tool("tsc", "-p", "worker/tsconfig.json")],
  ["types of the page", () => tool("tsc", "-p", "worker/page/tsconfig.json")],
  ["import directions", each(sources, wrongDirections)],
  ["file lengths", each(sources, tooLong)],
  ["self-contained", each(texts, foreignWords)],
  ["migration history", migrationHistory],
  ["bundle budget", overBudget],
];

let failed = 0;
for (const [name, check] of CHECKS) {
  const start = performance.now();
  const problems = await check();
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  console.log(
    `${problems.length === 0 ? styleText("green", "✓") : styleText("red", "✗")} ${name} ${styleText("dim", seconds)}`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
  for (const note of notes.splice(0)) console.log(styleText("dim", `  ${note}`));
  if (problems.length > 0) failed += 1;
}
if (failed > 0) {
  console.log(
    `\n${failed} of ${CHECKS.length} checks failed. Format and simple lint mend themselves: npm run format`,
  );
  process.exitCode = 1;
}
