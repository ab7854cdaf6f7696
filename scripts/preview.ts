// npm run preview -- <stack> [flags]: what becomes of each class's rooms, then what else the next `up` would change.
import { openStack } from "./stack/open-stack.ts";
import { policyFlags } from "./stack/policy-pack.ts";
import { fail } from "./toolchain/steps.ts";
import { cloudflareApi } from "./up/cloudflare-api.ts";
import { showLifecycle } from "./up/lifecycle.ts";
import { readStackArguments } from "./up/stack-argument.ts";

try {
  const { stack, flags } = readStackArguments("preview", process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: true });
  await showLifecycle(open, await cloudflareApi(open), flags);
  process.exitCode = await open.cli.visible(["preview", "--stack", stack, ...policyFlags(stack), ...flags]);
} catch (error) {
  fail(error);
}
