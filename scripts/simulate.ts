/**
 * `npm run simulate -- --seeds 1000000`: the room's real code in virtual time, a schedule a seed, on all cores. A seed
 * that breaks a promise is cut to the least that breaks it and shown as a trace; `--seed 17` shows one seed alone.
 */
import { parseArgs } from "node:util";
import { runCampaign, type Summary } from "../test/simulation/campaign/campaign.ts";
import { reportFailure } from "../test/simulation/campaign/report.ts";
import { runSeed } from "../test/simulation/campaign/run-seed.ts";
import { makePlan, type PlanOptions } from "../test/simulation/schedule/make-plan.ts";
import { fail } from "./toolchain/steps.ts";

const DEFAULT_SEEDS = 10_000;
/** Failures after which a campaign ends: more say nothing new. */
const MOST_FAILURES = 20;
/** ms between two lines of progress. */
const PROGRESS_EVERY_MS = 5_000;

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--regions 1..9] [--size X] [--threads N]
npm run simulate -- --seed S [--regions …] [--size …]`;

function wholeNumber(name: string, text: string | undefined, least: number, most = Number.MAX_SAFE_INTEGER) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} ${text}: a whole number from ${least} to ${most} is needed.\n${USAGE}`);
}

function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && value <= 100) return value;
  throw new Error(`--size ${text}: a number above 0, at most 100, is needed.\n${USAGE}`);
}

const line = ({ schedules, failures, events, messages, calls, seconds }: Summary): string =>
  `${schedules.toLocaleString("en")} schedules · ${failures.length} failing · ` +
  `${messages.toLocaleString("en")} acknowledgements · ${calls.toLocaleString("en")} calls between objects · ` +
  `${events.toLocaleString("en")} events · ${seconds.toFixed(1)} s · ${Math.round(schedules / seconds)}/s`;

async function show(seed: number, options: PlanOptions): Promise<void> {
  const flags = Object.entries(options).map(([name, value]) => ` --${name} ${value}`);
  const replay = `npm run simulate -- --seed ${seed}${flags.join("")}`;
  const { lines } = await reportFailure(makePlan(seed, options), replay);
  console.log(lines.join("\n"));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string" },
      seed: { type: "string" },
      from: { type: "string" },
      regions: { type: "string" },
      size: { type: "string" },
      threads: { type: "string" },
    },
  });
  const regions = wholeNumber("regions", values.regions, 1, 9);
  const size = sizeOf(values.size);
  const options: PlanOptions = {
    ...(regions === undefined ? {} : { regions }),
    ...(size === undefined ? {} : { size }),
  };
  const seed = wholeNumber("seed", values.seed, 0);
  if (seed !== undefined) {
    const { broken, messages, events } = await runSeed(seed, { options });
    if (broken.length > 0) await show(seed, options);
    else console.log(`Seed ${seed} holds: ${messages} acknowledgements, ${events} events.`);
    return broken.length === 0 ? 0 : 1;
  }
  let shownAt = performance.now();
  const summary = await runCampaign({
    options,
    from: wholeNumber("from", values.from, 0) ?? 0,
    count: wholeNumber("seeds", values.seeds, 1) ?? DEFAULT_SEEDS,
    threads: wholeNumber("threads", values.threads, 1, 256),
    mostFailures: MOST_FAILURES,
    progress: (sofar) => {
      if (performance.now() - shownAt < PROGRESS_EVERY_MS) return;
      shownAt = performance.now();
      console.log(line(sofar));
    },
  });
  const [first] = summary.failures;
  if (first !== undefined) await show(first.seed, options);
  for (const failure of summary.failures) console.log(`✗ seed ${failure.seed}: ${failure.broken[0]}`);
  console.log(line(summary));
  return first === undefined ? 0 : 1;
}

main().then((code) => process.exit(code), fail);
