import { readMark } from "./release-mark.ts";
import type { Deployment, Share, Traffic } from "./traffic.ts";

/** Somebody else deployed meanwhile. */
export class Overtaken extends Error {}

const nameOf = (deployment: Deployment | undefined): string =>
  deployment?.message || `deployment ${deployment?.id ?? "none"}`;

export const overtaken = (theirs: Deployment | undefined): Overtaken =>
  new Overtaken(
    `Somebody else deployed while this release was under way: ${nameOf(theirs)}. ` +
      `Theirs is left as it is; look at it, then begin anew.`,
  );

/** A call whose answer was lost was made twice: the first one is ours as well. */
const isRepeat = (deployment: Deployment, ours: Deployment): boolean =>
  deployment.message === ours.message && JSON.stringify(deployment.shares) === JSON.stringify(ours.shares);

/**
 * Gives the traffic out anew, in place of the deployment that the caller saw last. Cloudflare takes no condition with
 * that, so it is checked afterwards: the list of deployments tells what came in between, and what this one replaced
 * unseen gets its traffic back. Of two who release in the same moment neither goes on.
 *
 * @throws {Overtaken} when somebody else deployed since, whether it serves now or was replaced.
 */
export async function giveNext(
  traffic: Traffic,
  before: Deployment,
  shares: readonly Share[],
  message: string,
): Promise<Deployment> {
  const ours = await traffic.give(shares, message);
  const [now, ...earlier] = await traffic.recent();
  if (now?.id !== ours.id) throw overtaken(now);
  const replaced = earlier.find((deployment) => !isRepeat(deployment, ours));
  if (replaced === undefined || replaced.id === before.id) return ours;
  // A release that finds its share gone ends, so what comes back is the version that it began with.
  const mark = readMark(replaced.message);
  const whole = mark && [{ versionId: mark.from, percentage: 100 }];
  await traffic.give(
    whole ?? replaced.shares,
    `edge-chat: back after two deployed at once: ${nameOf(replaced)}`,
  );
  throw new Overtaken(
    `Somebody else deployed in the same moment: ${nameOf(replaced)}. ` +
      (mark
        ? `All traffic is back at the version before, and theirs ends as well; agree on who goes first.`
        : `Theirs has its traffic back; look at it, then begin anew.`),
  );
}
