import * as z from "zod";
import { openStack } from "../stack/open-stack.ts";

/** Where to smoke-test, and which version must answer there (undefined: any). */
export type SmokeTarget = { url: string; version: string | undefined };

const Outputs = z.object({
  url: z.string(),
  version: z.string(),
  scriptName: z.string(),
  dataset: z.string(),
});

/**
 * Reads `<stack or url>`. A stack's address and version are its outputs.
 *
 * @throws when the stack was never deployed.
 */
export async function smokeTarget(argument: string): Promise<SmokeTarget> {
  if (/^https?:\/\//.test(argument)) return { url: argument, version: undefined };
  return deployedChat(argument);
}

/**
 * What a stack has deployed, from its outputs.
 *
 * @throws when it was never deployed.
 */
export async function deployedChat(stack: string): Promise<z.infer<typeof Outputs>> {
  const { cli } = await openStack(stack, { stack: true, provider: false });
  const answer = await cli.quiet(["stack", "output", "--json", "--stack", stack]);
  if (answer.code !== 0) throw new Error(answer.stderr.trim());
  const outputs = Outputs.safeParse(JSON.parse(answer.stdout));
  if (!outputs.success)
    throw new Error(`Stack "${stack}" has no deployed chat yet: run \`npm run up -- ${stack}\` first.`);
  return outputs.data;
}
