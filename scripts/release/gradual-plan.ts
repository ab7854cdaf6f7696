import type { PlannedStep } from "../up/event-log.ts";

const SCRIPT = "cloudflare:index/workersScript:WorkersScript";
const NAMESPACE = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";

export type GradualQuestion = {
  stack: string;
  /** What the preview is about to change. */
  plan: readonly PlannedStep[];
  /** The version that the stack runs, undefined before the first release. */
  running: string | undefined;
  /** The bundle of the sources. */
  built: string;
  liveTag: string;
  newestTag: string | undefined;
};

/** Whether a plan updates the script: a creation has no version to give the traffic back to. */
export const changesScript = (plan: readonly PlannedStep[]): boolean =>
  plan.some(({ type, op }) => type === SCRIPT && op === "update");

/**
 * Why a change goes out all at once although the stack releases gradually; undefined when it can be gradual.
 *
 * @throws when it must not go out by itself: a pending migration, or sources that changed since the preview.
 */
export function whyAtOnce(question: GradualQuestion): string | undefined {
  const { stack, plan, running, built, liveTag, newestTag } = question;
  if (running === undefined) return "no version has the traffic yet";
  if (newestTag !== undefined && liveTag !== newestTag)
    throw new Error(
      `A gradual release cannot carry the pending migration (live tag ${liveTag}, newest step ${newestTag}): Cloudflare runs a migration ` +
        `for all objects at once, and a version from before it can have no traffic after it. ` +
        `Release the migration by itself, with code that changes as little as can be: npm run up -- ${stack} --all-at-once. ` +
        `Everything after it is gradual again.`,
    );
  if (plan.some(({ type, op }) => type === NAMESPACE && op !== "same"))
    throw new Error(
      `A gradual release cannot change the directory of rooms as well: both versions would need it. ` +
        `Release it by itself: npm run up -- ${stack} --all-at-once`,
    );
  const planned = plan.find(({ type }) => type === SCRIPT)?.inputs.contentSha256;
  if (planned !== built)
    throw new Error(
      `The sources changed while the plan was shown (planned ${String(planned).slice(0, 12)}, now ${built.slice(0, 12)}). Look at the new plan: npm run preview -- ${stack}`,
    );
  return running === built ? "only settings change, the code is the same" : undefined;
}
