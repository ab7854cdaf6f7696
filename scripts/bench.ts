/**
 * `npm run bench`: the room against a floor, the article's protocol and well-known servers, interleaved on one machine.
 * Server and load generator each have a core. Writes `docs/performance.md`, unless it is `--quick` or `--no-page`.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ceilingOf } from "./bench/ceiling.ts";
import { evaluate } from "./bench/evaluate.ts";
import { buildLoad } from "./bench/load-program.ts";
import { machine } from "./bench/machine.ts";
import { measure } from "./bench/measure.ts";
import type { Outcome } from "./bench/outcome.ts";
import { writePage } from "./bench/page.ts";
import { installPeers } from "./bench/peers-install.ts";
import { measureReads } from "./bench/reads.ts";
import { FULL, QUICK, scenariosOf } from "./bench/scenarios.ts";
import { terminal } from "./bench/table.ts";
import { fail, say, step } from "./toolchain/steps.ts";

const USAGE =
  "npm run bench -- [--rounds N] [--quick] [--only <pattern>] [--heaviest <minutes>] [--against <checkout>] " +
  "[--minutes M] [--json] [--no-page]";
const ROUNDS = 5;
/** On a busy machine five rounds take long: after so many minutes what was measured is told. */
const MINUTES = 30;
/** Messages a frame of the load generator's second ceiling: about what a busy tick carries. */
const BATCH = 100;
/** Above this something else runs, and the figures are worth little. */
const BUSY_LOAD = 1;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string" },
      only: { type: "string" },
      minutes: { type: "string" },
      heaviest: { type: "string" },
      against: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "no-page": { type: "boolean", default: false },
    },
  });
  const rounds = values.rounds === undefined ? (values.quick ? 1 : ROUNDS) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: a whole number from 1 is needed.\n${USAGE}`);
  const minutes = above0("minutes", values.minutes) ?? MINUTES;
  const heaviest = above0("heaviest", values.heaviest);
  const before = values.against === undefined ? undefined : path.resolve(values.against);
  if (before !== undefined && !existsSync(path.join(before, "infra/bundle.ts")))
    throw new Error(`--against ${before}: another checkout of this project, with its packages, is needed`);
  const scale = {
    ...(values.quick ? QUICK : FULL),
    ...(heaviest === undefined ? {} : { heaviestMs: heaviest * 60_000 }),
  };
  const only = new RegExp(values.only ?? "");
  const facts = await machine();
  if (facts.cores < 2)
    throw new Error("The bench needs two cores: one for the server, one for the load generator");
  if (facts.load > BUSY_LOAD)
    say(`The machine is busy (load ${facts.load.toFixed(1)}): ratios of one run may hold, figures do not`);
  const program = await step("the load generator", buildLoad);
  await step("the peers", installPeers);
  const single = await ceilingOf(program, 1);
  const batched = await ceilingOf(program, BATCH);
  const { figures, flaws } = await measure(
    program,
    scenariosOf(scale).filter(({ key }) => only.test(key)),
    rounds,
    Date.now() + minutes * 60_000,
    before,
  );
  // What was measured for half an hour is not lost by what comes last.
  const reads = only.test("reads")
    ? await measureReads(program).catch((error: unknown) => {
        flaws.push(`reads: ${error instanceof Error ? error.message : error}`);
        return undefined;
      })
    : undefined;
  const outcome: Outcome = {
    machine: facts,
    rounds: Math.max(
      0,
      ...[...figures.values()].flatMap((names) => [...names.values()].map((r) => r.length)),
    ),
    quick: values.quick,
    ceiling: { single, batched },
    ...evaluate(figures, scale),
    ...(reads === undefined ? {} : { reads }),
    flaws,
  };
  console.log(values.json ? JSON.stringify(outcome, null, 2) : terminal(outcome).join("\n"));
  if (!values.quick && !values["no-page"] && values.only === undefined) writePage(outcome);
}

/** @throws for what is no number above 0 */
function above0(name: string, value: string | undefined): number | undefined {
  const number = value === undefined ? undefined : Number(value);
  if (number !== undefined && !(number > 0))
    throw new Error(`--${name} ${value}: a number above 0 is needed.\n${USAGE}`);
  return number;
}

main().then(() => process.exit(0), fail);
