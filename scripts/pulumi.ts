// npm run pulumi -- <anything>: the real Pulumi CLI, in the environment that the stack in question needs.
import { needs, readRequest, shortName } from "./stack/chosen-stack.ts";
import { LOCAL_STACK } from "./stack/environment.ts";
import { openStack } from "./stack/open-stack.ts";
import { selectedStack } from "./stack/selected-stack.ts";
import { fail } from "./toolchain/steps.ts";

const args = process.argv.slice(2);
const request = readRequest(args);
const named = request.stack ?? process.env.PULUMI_STACK;
const stack = shortName(named ?? selectedStack(process.env.PULUMI_BACKEND_URL) ?? LOCAL_STACK);

try {
  const { cli } = await openStack(stack, needs(request));
  // Nobody named a stack: for commands that need one it is the one that works by itself.
  const extra =
    named === undefined && stack === LOCAL_STACK && needs(request).stack ? { PULUMI_STACK: stack } : {};
  if (["login", "logout"].includes(request.words[0] ?? "")) {
    // These are about the backends that people name, not about the one that we choose for them.
    if (process.env.PULUMI_BACKEND_URL === undefined) delete cli.environment.PULUMI_BACKEND_URL;
  }
  process.exitCode = await cli.visible(args, extra);
} catch (error) {
  fail(error);
}
