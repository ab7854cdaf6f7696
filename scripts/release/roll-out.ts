import { setTimeout as pause } from "node:timers/promises";
import { giveNext, Overtaken, overtaken } from "./give-next.ts";
import type { Deployment, Share, Traffic } from "./traffic.ts";

/** One gradual release, as far as it concerns the traffic. Everything around it comes in as verbs. */
export type RollOut = {
  traffic: Traffic;
  /** The deployment that the release began with. */
  before: Deployment;
  /** Version ids: who has the traffic, and who is to get it. */
  from: string;
  to: string;
  /** Percent, rising. */
  steps: readonly number[];
  /** The message of each deployment. */
  mark: string;
  /** Proves the new version at its share. @throws with the reason when it does not work. */
  test(percentage: number): Promise<readonly string[]>;
  /** Seconds between two tests of a step, until the step's time is over. */
  bake(percentage: number, test: () => Promise<void>): Promise<void>;
  say(line: string): void;
  /** Aborted when the person at the terminal wants to stop. */
  signal: AbortSignal;
};

/** How often a step looks whether the traffic is still the release's. */
const WATCH_EVERY_MS = 1_000;

/** The release failed, and the version before it has all traffic again. */
export class ReleaseFailed extends Error {}

/** How often the traffic is given back, and how long in between, before a person must help. */
const RETURN_TRIES = 10;
const RETURN_PAUSE_MS = 3_000;

/**
 * Gives the new version a growing share of the traffic, and tests it at each step.
 *
 * @returns the last deployment it made; the new version then waits for all of the traffic.
 * @throws {ReleaseFailed} after all traffic went back to the version before.
 * @throws {Overtaken} when the traffic is not as this release left it.
 */
export async function rollOut(release: RollOut): Promise<Deployment> {
  const { traffic, steps, from, to, mark, say, signal } = release;
  let ours = release.before;
  for (const [index, percentage] of steps.entries()) {
    const name = `step ${index + 1} of ${steps.length}, ${percentage} %`;
    try {
      await requireStill(traffic, ours);
      signal.throwIfAborted();
      ours = await giveNext(traffic, ours, shared(from, to, percentage), mark);
      say(`  ${name} of the traffic goes to the new version`);
      const test = async () => {
        signal.throwIfAborted();
        const lines = await whileStill(traffic, ours, () => release.test(percentage));
        for (const line of lines) say(`  ✓ ${line}`);
      };
      await test();
      await whileStill(traffic, ours, () => release.bake(percentage, test));
    } catch (error) {
      if (error instanceof Overtaken) throw error;
      const reason = signal.aborted
        ? "it was interrupted"
        : error instanceof Error
          ? error.message
          : `${error}`;
      await giveBack(traffic, ours, from, `${mark} failed`, say, mark);
      throw new ReleaseFailed(`The release failed at ${name}: ${reason}`);
    }
  }
  await requireStill(traffic, ours);
  return ours;
}

/** The new version first: the objects it has stay with it when its share grows. */
const shared = (from: string, to: string, percentage: number): Share[] => [
  { versionId: to, percentage },
  { versionId: from, percentage: Math.round((100 - percentage) * 100) / 100 },
];

/** Does work that makes sense only while the traffic is as it was left, and stops waiting for it when it is not. */
async function whileStill<T>(traffic: Traffic, ours: Deployment, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const watch = async (): Promise<never> => {
    for (;;) {
      await pause(WATCH_EVERY_MS, undefined, { signal: done.signal });
      await requireStill(traffic, ours);
    }
  };
  try {
    const result = await Promise.race([work(), watch()]);
    await requireStill(traffic, ours);
    return result;
  } catch (error) {
    await requireStill(traffic, ours);
    throw error;
  } finally {
    done.abort();
  }
}

async function requireStill(traffic: Traffic, ours: Deployment): Promise<void> {
  const now = await traffic.current();
  if (now?.id !== ours.id) throw overtaken(now);
}

/**
 * Gives all traffic back to the version before, unless somebody else has deployed since.
 *
 * @param mark the message of the release's own deployments: one whose answer was lost is known by it.
 * @throws when the account does not take it: the next `up` on this stack does it then.
 */
export async function giveBack(
  traffic: Traffic,
  ours: Deployment,
  from: string,
  message: string,
  say: (line: string) => void,
  mark?: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const now = await traffic.current();
      if (now === undefined || (now.id !== ours.id && ![mark, message].includes(now.message))) {
        say("  the account has another deployment since: the traffic stays as it is");
        return;
      }
      if (now.shares.length === 1 && now.shares[0]?.versionId === from) return;
      await giveNext(traffic, now, [{ versionId: from, percentage: 100 }], message);
      say("  all traffic is back at the version before");
      return;
    } catch (error) {
      if (error instanceof Overtaken) {
        say(`  ${error.message}`);
        return;
      }
      if (attempt === RETURN_TRIES) throw error;
      say(
        `  giving the traffic back failed, trying again: ${error instanceof Error ? error.message : error}`,
      );
      await pause(RETURN_PAUSE_MS);
    }
  }
}
