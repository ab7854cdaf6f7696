import * as z from "zod";
import { RECORD_OUTPUT, type ReleaseRecord } from "../../infra/plan/releases.ts";
import type { OpenStack } from "../stack/open-stack.ts";

const Record = z.object({
  releases: z.array(z.object({ version: z.string(), migrationTag: z.string() })).default([]),
  heldBack: z.array(z.string()).default([]),
});

/**
 * The releases that a stack remembers. They stand in its state, so every clone and pipeline sees the same.
 *
 * @throws when the stack was never deployed.
 */
export async function releaseRecordOf({ cli, stack }: OpenStack): Promise<ReleaseRecord> {
  const args = ["stack", "output", RECORD_OUTPUT, "--show-secrets", "--stack", stack];
  const answer = await cli.quiet(args);
  if (answer.code !== 0)
    throw new Error(`Stack "${stack}" has no release yet: run \`npm run up -- ${stack}\` first.`);
  return Record.parse(JSON.parse(answer.stdout));
}
