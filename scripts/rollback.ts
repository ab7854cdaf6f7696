// npm run rollback -- <stack> [version] [--yes] [--list] [--abort]: brings the code of an earlier release back.
import { parseArgs } from "node:util";
import { bundleWorker } from "../infra/bundle.ts";
import { shortVersion } from "../infra/plan/releases.ts";
import { trafficOf } from "./release/traffic.ts";
import { abortRelease } from "./release/unfinished-release.ts";
import { releaseRecordOf } from "./rollback/release-record.ts";
import { rollBack } from "./rollback/roll-back.ts";
import { releaseLines } from "./rollback/rollback-plan.ts";
import { LOCAL_STACK } from "./stack/environment.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail, say } from "./toolchain/steps.ts";
import { cloudflareApi } from "./up/cloudflare-api.ts";
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
  } else if (values.list) {
    for (const line of releaseLines(await releaseRecordOf(open))) console.log(line);
  } else {
    const confirm = async (version: string) =>
      yes || stack === LOCAL_STACK || askToGoOn(`Bring ${shortVersion(version)} back to "${stack}"?`);
    const { code, from } = await rollBack(open, positionals[0], confirm);
    process.exitCode = code;
    if (code === 0) say(await afterwards(from));
  }
} catch (error) {
  fail(error);
}

/** What the next preview says. */
async function afterwards(left: string): Promise<string> {
  const { sha256 } = await bundleWorker();
  const next =
    sha256 === left
      ? `A preview shows no change: ${shortVersion(left)} stays back until the code changes.`
      : `These sources are neither version (${shortVersion(sha256)}): the next up would deploy them.`;
  return `✓ rolled back from ${shortVersion(left)}. ${next}`;
}
