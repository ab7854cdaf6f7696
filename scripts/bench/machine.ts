/** The machine's facts, without which no figure means anything. */
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import path from "node:path";
import * as z from "zod";
import { projectFolder } from "../toolchain/places.ts";
import { run } from "../toolchain/run.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly workerd: string;
  readonly go: string;
  /** Load of the last minute before the bench began: 0 is an idle machine. */
  readonly load: number;
  /** ISO. */
  readonly at: string;
}

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
