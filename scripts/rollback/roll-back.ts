import { ROLLBACK_VERSION } from "../../infra/plan/releases.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { say } from "../toolchain/steps.ts";
import { deploy } from "../up/deploy.ts";
import { releaseRecordOf } from "./release-record.ts";
import { chooseRelease, rollbackLines } from "./rollback-plan.ts";

/** How a rollback ended, and between which versions. */
export type RolledBack = { code: number; from: string; to: string };

/**
 * Brings the code of an earlier release back, all at once.
 *
 * @param wanted the beginning of its version; undefined for the release before.
 * @param confirm asked after the plan is shown.
 * @param options `prove`: false when the caller smoke-tests.
 * @throws when there is no such release, or it may not come back.
 */
export async function rollBack(
  open: OpenStack,
  wanted: string | undefined,
  confirm: (version: string) => Promise<boolean>,
  { prove = true }: { prove?: boolean } = {},
): Promise<RolledBack> {
  const record = await releaseRecordOf(open);
  const { version: to } = chooseRelease(record, wanted, open.stack);
  const target = { version: to, migrationTag: "" };
  for (const line of rollbackLines(record, target, open.stack)) say(line);
  const code = await deploy(open, {
    flags: [],
    confirm: () => confirm(to),
    allAtOnce: true,
    prove,
    environment: { [ROLLBACK_VERSION]: to },
  });
  return { code, from: record.releases.at(-1)?.version ?? "", to };
}
