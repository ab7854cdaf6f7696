// npm run rollback -- <stack> [version] [--yes] [--list] [--abort]: brings the code of an earlier release back.
import { parseArgs } from "node:util";
import { bundleWorker } from "../infra/bundle.ts";
import { ROLLBACK_VERSION, shortVersion } from "../infra/plan/releases.ts";
import { trafficOf } from "./release/traffic.ts";
import { abortRelease } from "./release/unfinished-release.ts";
import { releaseRecordOf } from "./rollback/release-record.ts";
import { chooseRelease, releaseLines, rollbackLines } from "./rollback/rollback-plan.ts";
import { LOCAL_STACK } from "./stack/environment.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail, say } from "./toolchain/steps.ts";
import { cloudflareApi } from "./up/cloudflare-api.ts";
import { deploy } from "./up/deploy.ts";
import { liveScriptName } from "./up/live-tag.ts";
import { askToGoOn, readStackArguments } from "./up/stack-argument.ts";

try {
  const { stack, flags, yes } = readStackArguments("rollback", process.argv.slice(2));
  const { values, positionals } = parseArgs({
    args: flags,
    allowPositionals: true,
    options: { list: { type: "boolean" }, abort: { type: "boolean" } },
  });
  const open = await openStack(stack, { stack: true, provider: true });
  if (values.abort) {
    say(`✓ ${await abortRelease(trafficOf(await cloudflareApi(open), liveScriptName(stack)))}`);
  } else {
    const record = await releaseRecordOf(open);
    if (values.list) {
      for (const line of releaseLines(record)) console.log(line);
    } else {
      const target = chooseRelease(record, positionals[0], stack);
      for (const line of rollbackLines(record, target, stack)) say(line);
      const confirm = async () =>
        yes ||
        stack === LOCAL_STACK ||
        askToGoOn(`Bring ${shortVersion(target.version)} back to "${stack}"?`);
      const environment = { [ROLLBACK_VERSION]: target.version };
      const left = record.releases.at(-1)?.version ?? "";
      process.exitCode = await deploy(open, { flags: [], confirm, allAtOnce: true, environment });
      if (process.exitCode === 0) for (const line of await afterwards(stack, left)) say(line);
    }
  }
} catch (error) {
  fail(error);
}

/** What the next preview says. */
async function afterwards(stack: string, left: string): Promise<string[]> {
  const { sha256 } = await bundleWorker();
  const next =
    sha256 === left
      ? `A preview shows no change: ${shortVersion(left)} stays back until the code changes.`
      : `These sources are neither version (${shortVersion(sha256)}): the next up would deploy them.`;
  return [`✓ rolled back from ${shortVersion(left)}. ${next}`, `  Prove it: npm run smoke -- ${stack}`];
}
