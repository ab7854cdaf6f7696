// npm run adopt -- <stack> [--yes]: takes a chat over that wrangler or the dashboard made, with its rooms.
import { IMPORTS } from "../infra/imports.ts";
import { findChat, foundLines, importsOf } from "./adopt/found.ts";
import { settingsOf } from "./release/program-settings.ts";
import { exportedState } from "./stack/exported-state.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail, say } from "./toolchain/steps.ts";
import { cloudflareApi } from "./up/cloudflare-api.ts";
import { deploy } from "./up/deploy.ts";
import { scriptInState } from "./up/lifecycle.ts";
import { askToGoOn, readStackArguments } from "./up/stack-argument.ts";

try {
  const { stack, flags, yes } = readStackArguments("adopt", process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: true });
  const settings = await settingsOf(open);
  const own = scriptInState(await exportedState(open));
  if (own !== undefined)
    throw new Error(`Stack "${stack}" has its script already (${own.scriptName}): npm run up -- ${stack}.`);
  const found = await findChat(await cloudflareApi(open), settings);
  if (found === undefined)
    throw new Error(
      `Account ${settings.accountId} has no script "${settings.scriptName}" to take over. If it is called otherwise: ` +
        `npm run pulumi -- config set scriptName <name> --stack ${stack}. If there is none: npm run up -- ${stack}.`,
    );
  for (const line of foundLines(found, settings, stack)) say(line);
  const environment = { [IMPORTS]: JSON.stringify(importsOf(found, settings)) };
  const confirm = async () => yes || askToGoOn(`Take this over into stack "${stack}"?`);
  process.exitCode = await deploy(open, { flags, confirm, allAtOnce: true, environment });
} catch (error) {
  fail(error);
}
