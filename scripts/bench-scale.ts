/**
 * `npm run bench:scale`: how CPU, rows, calls, alarms, KV writes and data points grow with rooms, people and regions,
 * counted around the Worker as it is deployed. Writes docs/performance.md and the counts that `npm run cost` computes with,
 * unless it is `--quick` or `--no-page`.
 */
import { parseArgs } from "node:util";
import { core } from "./bench/cores.ts";
import { machine } from "./bench/machine.ts";
import { growPeople, growRegions, growRooms, type Scale } from "./bench/scale/growth.ts";
import { type HoursScale, measureHours } from "./bench/scale/hours.ts";
import type { Outcome } from "./bench/scale/outcome.ts";
import { writePage } from "./bench/scale/page.ts";
import { descriptorLimit } from "./bench/scale/process-usage.ts";
import { terminal } from "./bench/scale/report.ts";
import { readMeasured, writeMeasured } from "./cost/measured.ts";
import { writePage as writeCosts } from "./cost/page.ts";
import { run } from "./toolchain/run.ts";
import { fail, say, step } from "./toolchain/steps.ts";

const FULL: Scale = {
  rooms: [1, 10, 100, 500, 2_000],
  people: [10, 100, 1_000, 3_000, 6_000],
  regions: [1, 3, 9],
  talkMs: 8_000,
  idleMs: 20_000,
  budgetMs: 150_000,
};
const FULL_HOURS: HoursScale = { regions: [1, 3, 9], sparse: 12, visits: 6, busy: 6 };
/** A look at whether everything works; too short to be believed. */
const QUICK: Scale = {
  rooms: [1, 30],
  people: [10, 100],
  regions: [1, 3],
  talkMs: 3_000,
  idleMs: 5_000,
  budgetMs: 30_000,
};
const QUICK_HOURS: HoursScale = { regions: [1, 3], sparse: 5, visits: 3, busy: 2 };

async function measured(quick: boolean): Promise<Outcome> {
  const facts = await machine();
  const scale = quick ? QUICK : FULL;
  // The servers have the first core, the people, who are in this process, the last.
  await run("taskset", ["-cp", String(core.load), String(process.pid)]);
  const flaws: string[] = [];
  const note = (part: string, flaw: string | undefined) => {
    if (flaw !== undefined) flaws.push(`${part}: ${flaw}`);
  };
  const rooms = await step("rooms", () => growRooms(scale));
  note("rooms", rooms.flaw);
  const people = await step("people", () => growPeople(scale));
  note("people", people.flaw);
  const regions = await step("regions", () => growRegions(scale));
  note("regions", regions.flaw);
  const hours = await step("hours", () => measureHours(quick ? QUICK_HOURS : FULL_HOURS));
  return {
    machine: facts,
    quick,
    descriptorLimit: descriptorLimit(),
    rooms: rooms.steps,
    people: people.steps,
    ...(people.idle === undefined ? {} : { idle: people.idle }),
    regions: regions.steps,
    hours: hours.hours,
    bytesPerRoom: rooms.bytesPerRoom,
    flaws: [...flaws, ...hours.flaws],
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "no-page": { type: "boolean", default: false },
    },
  });
  const outcome = await measured(values.quick);
  console.log(values.json ? JSON.stringify(outcome, null, 2) : terminal(outcome).join("\n"));
  if (values.quick || values["no-page"]) return;
  writePage(outcome);
  writeMeasured(outcome);
  writeCosts(readMeasured());
  say("✓ docs/performance.md, its charts, the counts of npm run cost, and docs/cost.md");
}

main().then(() => process.exit(0), fail);
