// npm run up -- <stack> [--all-at-once] [flags]: shows the plan, then deploys as the stack's `release` says; settles what
// an earlier, broken run left behind.
import { LOCAL_STACK } from "./stack/environment.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail } from "./toolchain/steps.ts";
import { deploy } from "./up/deploy.ts";
import { askToGoOn, readStackArguments } from "./up/stack-argument.ts";

const ALL_AT_ONCE = "--all-at-once";

try {
  const { stack, flags, yes } = readStackArguments("up", process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: true });
  const confirm = async () => yes || stack === LOCAL_STACK || askToGoOn(`Deploy this to "${stack}"?`);
  const allAtOnce = flags.includes(ALL_AT_ONCE);
  const others = flags.filter((flag) => flag !== ALL_AT_ONCE);
  process.exitCode = await deploy(open, { flags: others, confirm, allAtOnce });
} catch (error) {
  fail(error);
}
