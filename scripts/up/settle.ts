import { exportedState } from "../stack/exported-state.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { say } from "../toolchain/steps.ts";
import { judgeLocks, lockedMessage, locksOf, thisHost } from "./locks.ts";
import { readState } from "./recovery.ts";

const PROJECT = "edge-websocket-chat";

/**
 * Clears away what a killed run left on a stack: its lock, and operations whose end nobody saw.
 *
 * @returns whether operations were open, whose end is now known.
 * @throws when a living process holds the lock, or the refresh fails.
 */
export async function settle(open: OpenStack): Promise<boolean> {
  const { cli, stack } = open;
  const judged = judgeLocks(locksOf(cli.environment.PULUMI_BACKEND_URL, PROJECT, stack), thisHost);
  if (typeof judged === "object") throw new Error(lockedMessage(judged, stack));
  if (judged === "dead") {
    say("  a killed run left its lock: dropping it");
    const answer = await cli.quiet(["cancel", stack, "--yes"]);
    if (answer.code !== 0) throw new Error(`The lock could not be dropped: ${answer.stderr.trim()}`);
  }
  const { pending } = readState(await exportedState(open));
  if (pending.length === 0) return false;
  say(`  a killed run left ${pending.length} operation(s) open: reading from the account how they ended`);
  const code = await cli.visible([
    "refresh",
    "--yes",
    "--skip-preview",
    "--clear-pending-creates",
    "--stack",
    stack,
  ]);
  if (code !== 0)
    throw new Error(`The refresh of stack "${stack}" failed; what it says above must be settled first.`);
  return true;
}
