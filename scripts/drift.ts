// npm run drift -- <stack>: what somebody changed in the account behind the stack's back. Exits 2 when there is something.
import { examine } from "./drift/examine.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail } from "./toolchain/steps.ts";
import { readStackArguments } from "./up/stack-argument.ts";

const DRIFTED = 2;

try {
  const { stack } = readStackArguments("drift", process.argv.slice(2));
  const report = await examine(await openStack(stack, { stack: true, provider: true }));
  for (const line of report.lines) console.log(line);
  if (report.drifted) process.exitCode = DRIFTED;
} catch (error) {
  fail(error);
}
