// npm test: everything. The house rules, then the tests in Node, inside workerd, and end to end with the real engine
// and a browser. Every step runs, also after a failed one; the last line counts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureChromium } from "./test-run/chromium.ts";
import { countTests, judgeTests, type StepOutcome, summaryLines } from "./test-run/outcome.ts";
import { ensureEngine } from "./toolchain/engine.ts";
import { projectFolder } from "./toolchain/places.ts";
import { runVisibly } from "./toolchain/run.ts";
import { fail, say } from "./toolchain/steps.ts";

const PROJECTS = ["node", "workerd", "e2e"];
const USAGE = `npm test: the house rules and every test, a quarter of an hour on two cores. It takes no flags.
A part of it: npm run check, or npx vitest run --project ${PROJECTS.join(" | ")} [file …]`;

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  const result = await work();
  return [result, (performance.now() - startedAt) / 1000];
}

/** A step that prepares: what it throws is the reason. */
async function prepare(name: string, work: () => Promise<unknown>): Promise<StepOutcome> {
  say(`\n── ${name}`);
  const [reason, seconds] = await timed(() =>
    work().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ),
  );
  return { name, seconds, ok: reason === undefined, ...(reason === undefined ? {} : { reason }) };
}

async function check(): Promise<void> {
  const code = await runVisibly(process.execPath, ["scripts/check.ts"], { cwd: projectFolder });
  if (code !== 0) throw new Error(`npm run check exited ${code}`);
}

async function runProject(project: string, reports: string): Promise<StepOutcome> {
  say(`\n── tests: ${project}`);
  const report = path.join(reports, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", project, ...reporters];
  const [code, seconds] = await timed(() => runVisibly(process.execPath, args, { cwd: projectFolder }));
  const counts = existsSync(report) ? countTests(JSON.parse(readFileSync(report, "utf8"))) : undefined;
  return judgeTests(`tests: ${project}`, seconds, code, counts);
}

async function main(): Promise<boolean> {
  const { values, tokens } = parseArgs({
    options: { help: { type: "boolean", short: "h" } },
    strict: false,
    tokens: true,
  });
  if (values.help === true) {
    console.log(USAGE);
    return true;
  }
  const unknown = tokens.filter(({ kind }) => kind !== "option-terminator");
  if (unknown.length > 0)
    throw new Error(`${process.argv.slice(2).join(" ")}: npm test takes no flags.\n${USAGE}`);
  // The tests' own homes must not be this shell's.
  delete process.env.EDGE_CHAT_HOME;
  const steps = [
    await prepare("Chromium", async () => {
      process.env.CHROMIUM_PATH = await ensureChromium();
    }),
    await prepare("engine", ensureEngine),
    await prepare("check", check),
  ];
  const reports = mkdtempSync(path.join(os.tmpdir(), "edge-chat-reports-"));
  for (const project of PROJECTS) steps.push(await runProject(project, reports));
  rmSync(reports, { recursive: true, force: true });
  say("");
  for (const line of summaryLines(steps)) console.log(line);
  return steps.every(({ ok }) => ok);
}

main().then((ok) => process.exit(ok ? 0 : 1), fail);
