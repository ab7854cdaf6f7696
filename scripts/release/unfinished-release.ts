import { say } from "../toolchain/steps.ts";
import { judgeSplit, type ReleaseMark, thisHost } from "./release-mark.ts";
import { giveBack } from "./roll-out.ts";
import type { Deployment, Traffic } from "./traffic.ts";

/**
 * Before a stack is deployed: ends a gradual release of this host that was killed, by giving the traffic back.
 *
 * @throws when one is under way, or when somebody split the traffic by hand.
 */
export async function settleTraffic(traffic: Traffic, stack: string): Promise<void> {
  const deployment = await traffic.current();
  const verdict = judgeSplit(deployment, thisHost);
  if (deployment === undefined || verdict.is === "whole") return;
  if (verdict.is === "abandoned") {
    say(`  a gradual release of ${verdict.mark.version} was killed: giving its traffic back`);
    await giveBack(traffic, deployment, verdict.mark.from, "edge-chat: the traffic of a killed release", say);
    return;
  }
  throw new Error(splitMessage(verdict.is === "running" ? verdict.mark : undefined, deployment, stack));
}

const splitMessage = (mark: ReleaseMark | undefined, { shares }: Deployment, stack: string): string =>
  mark
    ? `A gradual release of version ${mark.version} is under way on stack "${stack}", by ${mark.user} on ${mark.host} (process ${mark.pid}). ` +
      `Wait for it. If it is gone for certain, give its traffic back: npm run rollback -- ${stack} --abort`
    : `The traffic of stack "${stack}" is split by hand: ${shares.map(({ versionId, percentage }) => `${versionId} has ${percentage} %`).join(", ")}. ` +
      `Finish that first, or give all of it to the version with the most: npm run rollback -- ${stack} --abort`;

/** Gives all traffic to the version before a gradual release, or to the one with the most of it. @returns what was done. */
export async function abortRelease(traffic: Traffic): Promise<string> {
  const deployment = await traffic.current();
  if (deployment === undefined || deployment.shares.length < 2) return "no gradual release is under way";
  const verdict = judgeSplit(deployment, thisHost);
  const [most] = deployment.shares.toSorted((a, b) => b.percentage - a.percentage);
  const from = "mark" in verdict ? verdict.mark.from : most?.versionId;
  if (from === undefined) throw new Error("the deployment has no version");
  await giveBack(traffic, deployment, from, "edge-chat: a gradual release was aborted", say);
  return `version ${from} has all traffic`;
}
