import { readdirSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { projectFolder } from "../toolchain/places.ts";

/** A command's stack and the flags that go on to the CLI. */
export type StackArguments = { stack: string; flags: string[]; yes: boolean };

/** The stacks that have a settings file, and `local`. */
const knownStacks = (): string[] => {
  const files = readdirSync(projectFolder).map((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1]);
  return [...new Set(["local", ...files.filter((name) => name !== undefined)])];
};

/**
 * Reads `<stack> [flags]`, as in `npm run up -- production --diff`.
 *
 * @throws when no stack is named.
 */
export function readStackArguments(command: string, args: readonly string[]): StackArguments {
  const [stack, ...rest] = args;
  if (stack === undefined || stack.startsWith("-"))
    throw new Error(
      `Which stack? \`npm run ${command} -- <stack>\`, with one of: ${knownStacks().join(", ")}.`,
    );
  const yes = rest.some((flag) => flag === "--yes" || flag === "-y");
  return { stack, flags: rest.filter((flag) => flag !== "--yes" && flag !== "-y"), yes };
}

/**
 * Asks before a stack is changed.
 *
 * @throws when there is nobody to ask.
 */
export async function askToGoOn(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error(`${question} There is no terminal to ask: add --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
