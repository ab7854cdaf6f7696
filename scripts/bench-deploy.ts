/**
 * `npm run bench:deploy -- [--rounds 5]`: what a deployment takes with `pulumi up` and with `wrangler deploy`, of the
 * same bundle to the same local account, in turn. On an account of its own; a round takes half a minute.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { bundleWorker } from "../infra/bundle.ts";
import { sampleOf } from "./bench/statistics.ts";
import { table } from "./bench/table.ts";
import { wranglerProject } from "./bench/wrangler-project.ts";
import { Lab } from "./drills/lab.ts";
import { projectFolder } from "./toolchain/places.ts";
import { run } from "./toolchain/run.ts";
import { fail, say, step } from "./toolchain/steps.ts";

const ROUNDS = 5;
/** Changed from round to round, so that there is something to deploy. Messages. */
const FIRST_LIMIT = 101;

type Taken = { seconds: number; cpu: number };

/** Linux counts in these, whatever the kernel's own clock is. */
const TICKS_PER_S = 100;
/** Where `cutime` and `cstime` stand in /proc/self/stat, after the name in brackets. */
const CHILDRENS_TIMES = [13, 14];

/**
 * CPU seconds of all processes that this one started and saw end, with all that those started: what a run costs whatever
 * else the machine does. 0 where the system does not tell.
 */
function childrensCpu(): number {
  if (process.platform !== "linux") return 0;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return CHILDRENS_TIMES.reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_PER_S;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const rounds = values.rounds === undefined ? ROUNDS : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: a whole number from 1 is needed`);
  const lab = await step("an account of its own", () => Lab.start());
  process.on("exit", () => lab.dispose());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

  const took = new Map<string, Taken[]>();
  const timed = async (name: string, work: () => Promise<unknown>) => {
    const [started, cpuBefore] = [performance.now(), childrensCpu()];
    await work();
    const taken = { seconds: (performance.now() - started) / 1000, cpu: childrensCpu() - cpuBefore };
    took.set(name, [...(took.get(name) ?? []), taken]);
    say(`${name}: ${taken.seconds.toFixed(2)} s, ${taken.cpu.toFixed(2)} s of CPU`);
  };
  const pulumi = (name: string, args: readonly string[]) =>
    timed(`pulumi ${name}`, () => lab.mustNpm("pulumi", ...args, "--stack", "local"));
  const up = ["up", "--yes", "--skip-preview"];

  const folder = path.join(lab.folder, "wrangler");
  mkdirSync(folder);
  const bundle = await bundleWorker();
  const wrangler = (name: string, limit: number) =>
    timed(`wrangler deploy, ${name}`, async () => {
      for (const [file, text] of Object.entries(wranglerProject(bundle.contents, limit)))
        writeFileSync(path.join(folder, file), text);
      const bin = path.join(projectFolder, "node_modules/wrangler/bin/wrangler.js");
      const { code, stdout, stderr } = await run(process.execPath, [bin, "deploy"], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          CI: "1",
          NO_COLOR: "1",
          WRANGLER_SEND_METRICS: "false",
          CLOUDFLARE_API_BASE_URL: lab.account.apiUrl,
          CLOUDFLARE_API_TOKEN: lab.account.apiToken,
          CLOUDFLARE_ACCOUNT_ID: lab.account.accountId,
        },
      });
      if (code !== 0) throw new Error(`wrangler deploy exited ${code}:\n${stdout}${stderr}`);
    });

  await timed("npm run up, first", () => lab.mustNpm("up", "local"));
  await wrangler("first", FIRST_LIMIT - 1);
  for (let round = 0; round < rounds; round++) {
    await pulumi("up, nothing to do", up);
    await timed("npm run up, nothing to do", () => lab.mustNpm("up", "local"));
    await wrangler("nothing changed", FIRST_LIMIT - 1 + round);
    lab.setLimit("visibleMessages", FIRST_LIMIT + round);
    await pulumi("up, changed", up);
    await wrangler("changed", FIRST_LIMIT + round);
    lab.setLimit("visibleMessages", FIRST_LIMIT - 1);
    await timed("npm run up, changed", () => lab.mustNpm("up", "local"));
    await pulumi("preview", ["preview"]);
    await pulumi("refresh", ["refresh", "--yes", "--skip-preview"]);
  }
  const samples = [...took].map(([name, taken]) => ({
    name,
    ...sampleOf(taken.map(({ seconds }) => seconds)),
    cpu: sampleOf(taken.map(({ cpu }) => cpu)).median,
  }));
  if (values.json) console.log(JSON.stringify({ rounds, samples }, null, 2));
  else
    console.log(
      table(
        ["step", "seconds, median", "least", "most", "CPU, median"],
        samples.map(({ name, median, least, most, cpu }) => [
          name,
          ...[median, least, most, cpu].map((seconds) => seconds.toFixed(2)),
        ]),
      ).join("\n"),
    );
  process.exit(0);
}

main().catch(fail);
