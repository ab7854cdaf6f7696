import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { homeFolder, pulumiHome } from "../toolchain/places.ts";

const Workspace = z.object({
  stack: z.string().optional(),
  stacks: z.record(z.string(), z.string()).optional(),
});

/**
 * The stack that `pulumi stack select` chose for this project, as the CLI keeps it: one file per project path, in
 * it one stack per backend. Undefined when none was chosen, or several for different backends and none is named.
 */
export function selectedStack(backend: string | undefined): string | undefined {
  const hash = createHash("sha1").update(path.join(homeFolder, "Pulumi.yaml")).digest("hex");
  const folder = path.join(pulumiHome, "workspaces");
  try {
    const file = readdirSync(folder).find((name) => name.endsWith(`-${hash}-workspace.json`));
    if (file === undefined) return undefined;
    const { stack, stacks = {} } = Workspace.parse(JSON.parse(readFileSync(path.join(folder, file), "utf8")));
    if (backend !== undefined) return stacks[backend] ?? stack;
    const chosen = Object.values(stacks);
    return stack ?? (chosen.length === 1 ? chosen[0] : undefined);
  } catch {
    return undefined;
  }
}
