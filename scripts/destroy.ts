// npm run destroy -- <stack> [flags]: removes everything that the stack has in the account, the rooms included.
import { openStack } from "./stack/open-stack.ts";
import { fail } from "./toolchain/steps.ts";
import { settle } from "./up/settle.ts";
import { askToGoOn, readStackArguments } from "./up/stack-argument.ts";

try {
  const { stack, flags, yes } = readStackArguments("destroy", process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: true });
  await settle(open);
  if (yes || (await askToGoOn(`Remove the chat of stack "${stack}" with all rooms and messages?`)))
    process.exitCode = await open.cli.visible(["destroy", "--yes", "--stack", stack, ...flags]);
} catch (error) {
  fail(error);
}
