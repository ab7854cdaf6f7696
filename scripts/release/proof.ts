/** What `up` has deployed must stand its smoke test; when it does not, the error says what to do. */
import { releaseBefore, shortVersion } from "../../infra/plan/releases.ts";
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
  code: steps.some(({ type, changed }) => type === SCRIPT && changed.includes("contentSha256")),
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
    throw new Error(await failedProof(open, changed, why));
  }
}

async function failedProof(open: OpenStack, { code }: Changed, why: string): Promise<string> {
  const { stack } = open;
  const record = await releaseRecordOf(open);
  const version = shortVersion(record.releases.at(-1)?.version ?? "");
  const before = releaseBefore(record);
  if (!code)
    return (
      `Version ${version} ran before as well, but after this change it fails its smoke test: ${why}. A rollback brings no settings back: ` +
      `correct them in Pulumi.${stack}.yaml, then npm run up -- ${stack}`
    );
  if (before === undefined)
    return (
      `Version ${version} has all traffic and fails its smoke test: ${why}. It is the first release, so there is nothing to go back to: ` +
      `correct it, then npm run up -- ${stack}. Was it only slow to be reached? Test it again: npm run smoke -- ${stack}`
    );
  return (
    `Version ${version} has all traffic and fails its smoke test: ${why}. ` +
    `To go back to ${shortVersion(before.version)}: npm run rollback -- ${stack}`
  );
}
