// npm run sweep [-- --yes] [--at <ISO time>]: destroys the stacks of pull requests that are past their `expires`, with
// their rooms, and removes them. `--at` judges as if it were that time; without `--yes` it only says what it would do.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { openStack } from "./stack/open-stack.ts";
import { stackFile } from "./stack/stack-file.ts";
import { type Aged, judge, prStacks } from "./sweep/past-stacks.ts";
import { fail, say } from "./toolchain/steps.ts";
import { settle } from "./up/settle.ts";

/** Stands in for the stacks that are only listed: the backend is what matters. */
const ANY_PR_STACK = "pr-0";

async function sweep(stack: string): Promise<void> {
  const open = await openStack(stack, { stack: true, provider: true });
  await settle(open);
  const code = await open.cli.visible(["destroy", "--yes", "--skip-preview", "--stack", stack]);
  if (code !== 0)
    throw new Error(`The chat of ${stack} could not be destroyed; what it says above must be settled first.`);
  const removed = await open.cli.quiet(["stack", "rm", stack, "--yes"]);
  if (removed.code !== 0) throw new Error(removed.stderr.trim());
}

try {
  const options = { yes: { type: "boolean", short: "y" }, at: { type: "string" } } as const;
  const { yes, at } = parseArgs({ options }).values;
  const now = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(now.getTime()))
    throw new Error(`--at is "${at}"; allowed is a time like 2026-12-01T00:00:00Z.`);
  const { cli } = await openStack(ANY_PR_STACK, { stack: false, provider: false });
  const listed = await cli.quiet(["stack", "ls", "--json"]);
  if (listed.code !== 0) throw new Error(listed.stderr.trim());
  const aged: Aged[] = [];
  for (const stack of prStacks(listed.stdout)) {
    // Another checkout made the stack: its settings come back from its last deployment.
    if (!existsSync(stackFile(stack))) await cli.quiet(["config", "refresh", "--force", "--stack", stack]);
    const { code, stdout } = await cli.quiet(["stack", "output", "expires", "--stack", stack]);
    aged.push({ stack, expires: code === 0 ? stdout.trim() : undefined });
  }
  const { past, kept } = judge(aged, now);
  for (const line of kept) say(line);
  if (past.length === 0) say("No pull request's stack is past its time.");
  for (const stack of past) {
    say(
      `${stack} is past its time${yes ? ": removing it with its rooms" : " (--yes removes it with its rooms)"}`,
    );
    if (yes) await sweep(stack);
  }
} catch (error) {
  fail(error);
}
