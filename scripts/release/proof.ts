/** What `up` has deployed must stand its smoke test; when it does not, the error says what to do. */
import { type ReleaseRecord, releaseBefore, shortVersion } from "../../infra/plan/releases.ts";
import { releaseRecordOf } from "../rollback/release-record.ts";
import { smokeTest } from "../smoke/smoke-test.ts";
import { deployedChatOf, ticketsOf } from "../smoke/target.ts";
import { isLoopback } from "../stack/environment.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { say } from "../toolchain/steps.ts";
import type { PlannedStep } from "../up/event-log.ts";
import { settingsOf } from "./program-settings.ts";

const SCRIPT = "cloudflare:index/workersScript:WorkersScript";

/** What a run changed, as far as it tells what can be gone back to. */
export type Changed = {
  /** Whether other code runs now. */
  code: boolean;
  /** Whether the chat got an address: names and certificates take minutes. */
  address: boolean;
};

export const changedBy = (steps: readonly PlannedStep[]): Changed => ({
  code: steps.some(
    ({ type, op, changed }) => type === SCRIPT && (op !== "update" || changed.includes("contentSha256")),
  ),
  address: steps.some(({ op, type }) => op === "create" && type.startsWith("cloudflare:")),
});

/**
 * Smoke-tests what a stack runs now, unless its `release.smoke` is off.
 *
 * @throws with the reason and the way back.
 */
export async function proveDeployed(open: OpenStack, changed: Changed): Promise<void> {
  const [{ release, chat, secrets }, { url, version }] = await Promise.all([
    settingsOf(open),
    deployedChatOf(open),
  ]);
  if (!release.smoke) return;
  const fresh = changed.address && !isLoopback(url);
  try {
    const target = { url, version, fresh, ...ticketsOf(chat.access, secrets.TICKET_KEY) };
    for (const line of (await smokeTest(target)).lines) say(`  ✓ ${line}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(failedProof(open.stack, await releaseRecordOf(open), changed, why));
  }
}

/** What failed, and what brings the chat back. */
export function failedProof(stack: string, record: ReleaseRecord, { code }: Changed, why: string): string {
  const running = record.releases.at(-1);
  const before = releaseBefore(record);
  const version = `Version ${shortVersion(running?.version ?? "")}`;
  const forward = `npm run up -- ${stack}`;
  if (!code)
    return (
      `${version} ran before as well, but after this change it fails its smoke test: ${why}. A rollback brings no settings back: ` +
      `correct them in Pulumi.${stack}.yaml, then ${forward}`
    );
  const failed = `${version} has all traffic and fails its smoke test: ${why}.`;
  if (before === undefined)
    return (
      `${failed} It is the first release, so there is nothing to go back to: correct it, then ${forward}. ` +
      `Was it only slow to be reached? Test it again: npm run smoke -- ${stack}`
    );
  if (before.migrationTag !== running?.migrationTag)
    return `${failed} It changed the classes of the rooms, which no rollback crosses: correct the code, then ${forward}`;
  return `${failed} To go back to ${shortVersion(before.version)}: npm run rollback -- ${stack}`;
}
