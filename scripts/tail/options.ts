import { parseArgs } from "node:util";
import { unknownFlags } from "../toolchain/flags.ts";

/** What `npm run tail` was asked for. */
export type TailOptions = { stack: string; room: string | undefined };

export const TAIL_USAGE = "npm run tail -- <stack> [--room <room>]";

const OPTIONS = { room: { type: "string" } } as const;

/** @throws naming everything that is not understood. */
export function readTailOptions(args: readonly string[]): TailOptions {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: OPTIONS,
  });
  const problems = unknownFlags(tokens, OPTIONS);
  const [stack, ...more] = positionals;
  problems.push(...more.map((word) => `"${word}" is not understood`));
  if (values.room === true || values.room === "") problems.push("--room names no room");
  if (stack === undefined) problems.push("Which stack?");
  if (stack === undefined || problems.length > 0) throw new Error([...problems, TAIL_USAGE].join("\n"));
  return { stack, room: typeof values.room === "string" ? values.room : undefined };
}
