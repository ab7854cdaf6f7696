import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { Cli } from "./cli.ts";

const PROJECT = "edge-websocket-chat";

/** A file backend's own file of a stack: what the CLI prints, in another wrapping. */
const Checkpoint = z.object({
  version: z.literal(3),
  checkpoint: z.object({ latest: z.record(z.string(), z.unknown()).nullish() }),
});

/** The folder of a file backend; undefined for all others. */
export function backendFolder(backend: string | undefined): string | undefined {
  if (!backend?.startsWith("file://")) return undefined;
  return backend.startsWith("file://~")
    ? path.join(os.homedir(), backend.slice("file://~".length))
    : fileURLToPath(backend);
}

/**
 * A stack's state as `pulumi stack export` prints it, secrets encrypted. A file backend's is read without the CLI, each
 * start of which takes as long as the rest of what a command does before the engine's turn.
 *
 * @throws with the CLI's words when there is no such stack.
 */
export async function exportedState({ cli, stack }: { cli: Cli; stack: string }): Promise<string> {
  const folder = backendFolder(cli.environment.PULUMI_BACKEND_URL);
  const read = folder && readCheckpoint(path.join(folder, ".pulumi/stacks", PROJECT, `${stack}.json`));
  if (read) return read;
  const exported = await cli.quiet(["stack", "export", "--stack", stack]);
  if (exported.code !== 0) throw new Error(exported.stderr.trim());
  return exported.stdout;
}

/** Undefined for everything that is not as expected: a compressed state, another version. The CLI knows better. */
function readCheckpoint(file: string): string | undefined {
  try {
    const { checkpoint } = Checkpoint.parse(JSON.parse(readFileSync(file, "utf8")));
    return JSON.stringify({ version: 3, deployment: checkpoint.latest ?? {} });
  } catch {
    return undefined;
  }
}
