import type { Chatter } from "./chatter.ts";
import { killGroup, type Lab } from "./lab.ts";
import { type Drill, faultOf, isKill, type Scenario } from "./matrix.ts";
import { within } from "./within.ts";

/** What a drill showed: the failed run ended well by itself, or the next `up` did it. */
export type Outcome = "settled by itself" | "finished by the next up" | "call not made";

const REACH_MS = 120_000;
const TALK_LIMITS = [600, 599] as const;

/** Makes the account and the settings so that an `up` has something to do. */
export async function prepare(lab: Lab, scenario: Scenario): Promise<void> {
  await lab.arm();
  if (scenario === "first up") {
    await lab.mustNpm("destroy", "local", "--yes");
    return;
  }
  // Nothing but a setting differs, so that the code is the project's own.
  changes += 1;
  lab.setLimit("messagesPerMinute", TALK_LIMITS[changes % TALK_LIMITS.length] ?? TALK_LIMITS[0]);
}
let changes = 0;

/** The calls that a run without failures makes. */
export async function callsOf(lab: Lab, scenario: Scenario) {
  await prepare(lab, scenario);
  // The record begins here: what was prepared made calls too.
  await lab.arm();
  await lab.mustNpm("up", "local");
  return (await lab.report()).calls;
}

/**
 * Lets one call of an `up` fail, then holds what must hold: the same or the next `up` finishes, nothing is left to change,
 * and the chat goes on.
 *
 * @param chatter people who talk all the while; without them a smoke test proves the chat.
 * @throws with what does not hold.
 */
export async function runDrill(lab: Lab, drill: Drill, chatter?: Chatter): Promise<Outcome> {
  await prepare(lab, drill.scenario);
  await lab.arm(faultOf(drill));
  const code = isKill(drill.failure) ? await killedUp(lab) : (await lab.npm("up", "local")).code;
  const { met } = await lab.report();
  await lab.arm();
  if (code !== 0) await lab.mustNpm("up", "local");
  await lab.mustNpm("preview", "local", "--expect-no-changes");
  if (chatter) await chatter.goesOn(2);
  else await lab.mustNpm("smoke", "local");
  if (met === 0) return "call not made";
  return code === 0 ? "settled by itself" : "finished by the next up";
}

/** Starts an `up` and kills it, with all it started, at the call that hangs. @returns its exit code, null when killed. */
async function killedUp(lab: Lab): Promise<number | null> {
  const up = lab.begin("up", "local");
  await within(REACH_MS, "up to reach the call", async () =>
    up.child.exitCode !== null || (await lab.report()).met > 0 ? true : undefined,
  );
  if (up.child.pid !== undefined) killGroup(up.child.pid);
  return up.ended;
}
