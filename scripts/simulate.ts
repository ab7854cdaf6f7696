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
/** ms between two lines of progress: the first ones soon, later ones when a tenth more is done. */
const PROGRESS_EVERY_MS = 5_000;
const PROGRESS_SHARE = 0.1;

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--minutes M] [--regions 1..9] [--size X] [--threads N]
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

/** `3 h 5 min`. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
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
      minutes: { type: "string" },
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
  const from = wholeNumber("from", values.from, 0) ?? 0;
  const count = wholeNumber("seeds", values.seeds, 1) ?? DEFAULT_SEEDS;
  const minutes = wholeNumber("minutes", values.minutes, 1);
  const stop = new AbortController();
  // What is under way ends first. A second Ctrl-C ends at once.
  process.once("SIGINT", () => stop.abort());
  let shown = 0;
  let failed = 0;
  const summary = await runCampaign({
    options,
    from,
    count,
    threads: wholeNumber("threads", values.threads, 1, 256),
    mostFailures: MOST_FAILURES,
    seconds: minutes === undefined ? undefined : minutes * 60,
    signal: stop.signal,
    progress: (sofar) => {
      const { seconds, schedules, failures } = sofar;
      for (const { seed, broken } of failures.slice(failed)) console.log(`✗ seed ${seed}: ${broken[0]}`);
      failed = failures.length;
      if (seconds < shown + Math.max(PROGRESS_EVERY_MS / 1000, shown * PROGRESS_SHARE)) return;
      shown = seconds;
      const left = ((count - schedules) * seconds) / schedules;
      const until = minutes === undefined ? left : Math.min(left, minutes * 60 - seconds);
      console.log(`${line(sofar)} · ${duration(Math.max(0, until))} to go`);
    },
  });
  const [first] = summary.failures;
  if (first !== undefined) await show(first.seed, options);
  console.log(line(summary));
  if (summary.next < from + count)
    console.log(
      `Seeds ${from} to ${summary.next - 1} were played. To go on: --from ${summary.next} --seeds ${from + count - summary.next}`,
    );
  return first === undefined ? 0 : 1;
}

main().then((code) => process.exit(code), fail);
