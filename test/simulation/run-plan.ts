/** Plays a plan to its end and says what broke. */

import { brokenWhenIdle } from "./check/idle.ts";
import { brokenAtRest } from "./check/invariants.ts";
import { type MutationName, mutationNamed } from "./mutations/mutations.ts";
import type { Plan } from "./schedule/plan.ts";
import { Simulation } from "./simulation.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface Outcome {
  /** Empty when every invariant held. */
  readonly broken: readonly string[];
  readonly trace: readonly string[];
  /** What it took. */
  readonly events: number;
  readonly messages: number;
  readonly calls: number;
}

export interface RunOptions {
  readonly tracing?: boolean | undefined;
  readonly mutation?: MutationName | undefined;
}

/** A promise that nobody waits for may fail, as when a disk is full: the runtime logs it and goes on. */
let listens = false;
function goOnAfterRejections(): void {
  if (listens) return;
  listens = true;
  process.on("unhandledRejection", () => {});
}

export async function runPlan(plan: Plan, { tracing = false, mutation }: RunOptions = {}): Promise<Outcome> {
  const simulation = new Simulation(plan, tracing, mutation && mutationNamed(mutation));
  const { world, ledger, network } = simulation;
  goOnAfterRejections();
  let broken: readonly string[] = [];
  try {
    await simulation.play(1_000);
    simulation.heal();
    await world.run(world.now + 3 * MINUTE);
    if (simulation.isOverfull) simulation.outsidersLeave();
    await world.run(world.now + settleMs(plan));
    broken = brokenAtRest(simulation);
    if (broken.length === 0) broken = await brokenWhenIdle(simulation);
  } catch (error) {
    broken = [`it does not end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  } finally {
    simulation.end();
  }
  // A run never waits for the event loop: others of this thread have their turn now.
  await new Promise(setImmediate);
  return {
    broken,
    trace: world.lines,
    events: world.events,
    messages: ledger.acks.length,
    calls: network.calls,
  };
}

/** Long enough for every retry; where a clock ran ahead, until time has caught up with it. */
function settleMs({ steps, users, limits }: Plan): number {
  const ahead = Math.max(0, ...steps.map((step) => (step.do === "skew" ? step.ms : 0)));
  const most = users.map(({ name }) =>
    steps.reduce((sum, step) => sum + (step.do === "say" && step.user === name ? step.count : 0), 0),
  );
  const writing = Math.ceil(Math.max(0, ...most) / limits.messagesPerMinute) * 1.1 * MINUTE;
  return 16 * MINUTE + writing + (ahead > MINUTE ? ahead + 0.1 * HOUR : 0);
}
