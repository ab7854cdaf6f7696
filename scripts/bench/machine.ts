/** The machine's facts, without which no figure means anything. */
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import path from "node:path";
import * as z from "zod";
import { projectFolder } from "../toolchain/places.ts";
import { run } from "../toolchain/run.ts";

export const Machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  kernel: z.string(),
  node: z.string(),
  workerd: z.string(),
  go: z.string(),
  /** Load of the last minute before the bench began: 0 is an idle machine. */
  load: z.number(),
  /** ISO. */
  at: z.string(),
});
export type Machine = z.infer<typeof Machine>;

const Package = z.object({ version: z.string() });

export async function machine(): Promise<Machine> {
  const file = path.join(projectFolder, "node_modules/workerd/package.json");
  const go = await run("go", ["env", "GOVERSION"]);
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    workerd: Package.parse(JSON.parse(readFileSync(file, "utf8"))).version,
    go: go.stdout.trim(),
    load: loadavg()[0] ?? 0,
    at: new Date().toISOString(),
  };
}
