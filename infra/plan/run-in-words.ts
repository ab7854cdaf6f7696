/** What a preview says beside the engine's own diff. */
import { changedSecrets, changedSettings, type Flat, fateLine } from "./changes.ts";
import { type LiveScript, type MigrationPlan, tagWord } from "./migrations.ts";

/** Deployed settings, and digests of the secrets. */
export interface Deployed {
  readonly settings: Flat;
  readonly secrets: Flat;
}

/** Said by a preview after which an `up` would have nothing to do, not even outputs to write. */
export const NOTHING_TO_RECORD = "no output changes";

/** The run as lines: live tag, steps to run, what becomes of each class, which settings change. */
export function runInWords(
  plan: MigrationPlan,
  live: LiveScript | undefined,
  before: Deployed | undefined,
  after: Deployed,
): string[] {
  const { migrations } = plan;
  const steps = migrations === undefined ? "no step to run" : `steps up to ${migrations.newTag} will run`;
  return [
    `live migration tag: ${tagWord(live)}, ${steps}`,
    ...plan.fates.map(fateLine),
    ...(before === undefined ? [] : changes(before, after)),
  ];
}

function changes(before: Deployed, after: Deployed): string[] {
  const lines = [
    ...changedSettings(before.settings, after.settings),
    ...changedSecrets(before.secrets, after.secrets),
  ];
  return lines.length === 0 ? ["no setting changes"] : lines;
}
