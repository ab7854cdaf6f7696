/** The peers are no dependencies of the project: they are installed when the bench first runs. */
import { existsSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../toolchain/places.ts";
import { run } from "../toolchain/run.ts";

const PEERS = path.join(projectFolder, "scripts/bench/peers");

export async function installPeers(): Promise<void> {
  if (existsSync(path.join(PEERS, "node_modules/.package-lock.json"))) return;
  const args = ["ci", "--ignore-scripts", "--legacy-peer-deps", "--loglevel=error"];
  const { code, stderr } = await run("npm", args, { cwd: PEERS });
  if (code !== 0) throw new Error(`npm ci in scripts/bench/peers failed:\n${stderr}`);
}
