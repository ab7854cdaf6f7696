// npm run pipeline -- <stage> [arguments]: what the workflows in .github/workflows do, runnable anywhere.
//   preview <stack>…   previews each stack; on a pull request writes the one comment
//   release <stack>    up as the stack's `release` says, smoke test, rollback when it fails
//   pr-up [number]     a pull request's own chat; the number comes from the run otherwise
//   pr-down [number]   takes it down
//   drift <stack>…     exits 2 when something drifted, and keeps one issue about it
import { DRIFT_MARK, driftOf } from "./pipeline/drift-stage.ts";
import {
  addSummary,
  deploymentsGone,
  isFromFork,
  pullRequestOf,
  setOutput,
  stickyComment,
  stickyIssue,
  workflowOf,
} from "./pipeline/github.ts";
import { COMMENT_MARK, previewComment } from "./pipeline/preview-comment.ts";
import { previewStacks } from "./pipeline/preview-stage.ts";
import { bringUp, pullRequestStack, takeDown } from "./pipeline/pull-request-stack.ts";
import { releaseTo } from "./pipeline/release-stage.ts";
import { fail, say } from "./toolchain/steps.ts";

const DRIFTED = 2;
const { env } = process;
const workflow = workflowOf(env);

const STAGES: Record<string, (args: string[]) => Promise<number>> = {
  async preview(stacks) {
    const isBare = isFromFork(env) && !env.PULUMI_BACKEND_URL;
    const skipped = isBare ? "a fork's pull request gets no secrets" : undefined;
    const previews = await previewStacks(someStacks(stacks), skipped);
    const comment = previewComment(previews, workflow?.runUrl);
    console.log(comment);
    addSummary(env, comment);
    const number = pullRequestOf(env);
    // A fork's token may not write: the run's own page has the text.
    if (workflow && number !== undefined && !isFromFork(env))
      await stickyComment(workflow, number, COMMENT_MARK, comment);
    return previews.some(({ errors }) => errors.length > 0) ? 1 : 0;
  },
  async release([stack]) {
    const url = await releaseTo(someStacks(stack === undefined ? [] : [stack])[0] ?? "");
    setOutput(env, "url", url);
    addSummary(env, `${stack}: released, ${url}`);
    return 0;
  },
  async "pr-up"([given]) {
    const url = await bringUp(numberOf(given), env);
    setOutput(env, "url", url);
    say(`✓ ${url}`);
    return 0;
  },
  async "pr-down"([given]) {
    const number = numberOf(given);
    await takeDown(number);
    if (workflow) await deploymentsGone(workflow, pullRequestStack(number));
    return 0;
  },
  async drift(stacks) {
    const { lines, issue } = await driftOf(someStacks(stacks));
    for (const line of lines) console.log(line);
    if (workflow) await stickyIssue(workflow, DRIFT_MARK, "Drift: the account is not as deployed", issue);
    return issue === undefined ? 0 : DRIFTED;
  },
};

function someStacks(stacks: string[]): string[] {
  if (stacks.length === 0)
    throw new Error("Which stack? Name at least one, such as `npm run pipeline -- preview dev`.");
  return stacks;
}

function numberOf(given: string | undefined): number {
  const number = given === undefined ? pullRequestOf(env) : Number(given);
  if (number === undefined || !Number.isInteger(number) || number < 1)
    throw new Error("Which pull request? `npm run pipeline -- pr-up <number>`.");
  return number;
}

try {
  const [name = "", ...args] = process.argv.slice(2);
  const stage = STAGES[name];
  if (stage === undefined)
    throw new Error(`There is no stage "${name}". Stages: ${Object.keys(STAGES).join(", ")}.`);
  process.exit(await stage(args));
} catch (error) {
  fail(error);
}
