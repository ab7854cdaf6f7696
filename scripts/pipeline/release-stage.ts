import { shortVersion } from "../../infra/plan/releases.ts";
import { releaseRecordOf } from "../rollback/release-record.ts";
import { rollBack } from "../rollback/roll-back.ts";
import { smokeTest } from "../smoke/smoke-test.ts";
import { smokeTarget } from "../smoke/target.ts";
import { isLoopback } from "../stack/environment.ts";
import { openStack } from "../stack/open-stack.ts";
import { say } from "../toolchain/steps.ts";
import { deploy } from "../up/deploy.ts";

const yes = async () => true;

/**
 * Releases to a stack as its settings say, and proves it. A release that fails its smoke test is rolled back.
 *
 * @returns the address of the chat.
 * @throws when it does not run the new version in the end, and says what it runs.
 */
export async function releaseTo(stack: string): Promise<string> {
  const open = await openStack(stack, { stack: true, provider: true });
  const before = await releaseRecordOf(open).catch(() => undefined);
  if ((await deploy(open, { flags: [], confirm: yes, prove: false })) !== 0)
    throw new Error(`The deployment to ${stack} failed; its own words stand above.`);
  try {
    const deployed = await smokeTarget(stack);
    const target = { ...deployed, fresh: before === undefined && !isLoopback(deployed.url) };
    for (const line of (await smokeTest(target)).lines) say(`✓ ${line}`);
    return target.url;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const after = await releaseRecordOf(open);
    const [was, is] = [before?.releases.at(-1)?.version, after.releases.at(-1)?.version];
    if (was === undefined)
      throw new Error(`${stack} fails its smoke test: ${why}. A first release has nothing to go back to.`);
    if (was === is)
      throw new Error(
        `${stack} fails its smoke test: ${why}. This run changed no code there, so nothing is rolled back.`,
      );
    say(`✗ ${stack} fails its smoke test: ${why}. Rolling back to ${shortVersion(was)}.`);
    const { code } = await rollBack(open, was, yes, { prove: false });
    if (code !== 0)
      throw new Error(
        `${stack} fails its smoke test: ${why}. The rollback to ${shortVersion(was)} failed as well.`,
      );
    await smokeTest(await smokeTarget(stack));
    throw new Error(
      `${stack} failed its smoke test: ${why}. It runs ${shortVersion(was)} again, which passes.`,
    );
  }
}
