// npm run up -- <stack> [flags]: shows the plan, then deploys; settles what an earlier, broken run left behind.
import { LOCAL_STACK } from "./stack/environment.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail } from "./toolchain/steps.ts";
import { deploy } from "./up/deploy.ts";
import { askToGoOn, readStackArguments } from "./up/stack-argument.ts";

try {
  const { stack, flags, yes } = readStackArguments("up", process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: true });
  const confirm = async () => yes || stack === LOCAL_STACK || askToGoOn(`Deploy this to "${stack}"?`);
  process.exitCode = await deploy(open, { flags, confirm });
} catch (error) {
  fail(error);
}
