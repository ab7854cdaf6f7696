// npm run preview -- <stack> [flags]: what the next `up` would change. Changes nothing.
import { openStack } from "./stack/open-stack.ts";
import { policyFlags } from "./stack/policy-pack.ts";
import { fail } from "./toolchain/steps.ts";
import { readStackArguments } from "./up/stack-argument.ts";

try {
  const { stack, flags } = readStackArguments("preview", process.argv.slice(2));
  const { cli } = await openStack(stack, { stack: true, provider: true });
  process.exitCode = await cli.visible(["preview", "--stack", stack, ...policyFlags(stack), ...flags]);
} catch (error) {
  fail(error);
}
