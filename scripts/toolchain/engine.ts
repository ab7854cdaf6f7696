import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildEngine, findGo, stagingFile } from "./engine-source.ts";
import { exclusively } from "./exclusive.ts";
import { DOWNLOAD_HOST, downloadHostAnswers } from "./online.ts";
import { projectFolder, pulumiHome, pulumiVersion, toolsFolder } from "./places.ts";
import { isAlive } from "./process-identity.ts";
import { run } from "./run.ts";
import { say } from "./steps.ts";

/** A usable engine: where the CLI lies and how it came there. */
export type Engine = { cli: string; version: string; source: "present" | "download" | "cache" | "build" };

const executable = process.platform === "win32" ? "pulumi.exe" : "pulumi";
const binFolder = path.join(pulumiHome, "versions", pulumiVersion, "bin");
const cli = path.join(binFolder, executable);
const languageHost = path.join(binFolder, "pulumi-language-nodejs");

/** Built engines, shared by every clone on this machine. */
export function engineCache(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME || path.join(environment.HOME || os.homedir(), ".cache");
  const platform = `${process.platform}-${process.arch}`;
  return path.join(base, "edge-websocket-chat", "engine", `${pulumiVersion}-${platform}`);
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).size > 0;
  } catch {
    return false;
  }
};

/**
 * Makes sure that the Pulumi CLI and its language host lie where npm's `pulumi` looks for them. Each way puts the
 * finished CLI in place by one rename, so that a run killed half-way leaves nothing that looks whole.
 *
 * @throws with both ways out when neither the download host nor Go is there.
 */
export async function ensureEngine(): Promise<Engine> {
  if (isExecutable(cli) && existsSync(languageHost))
    return { cli, version: pulumiVersion, source: "present" };
  const waiting = (holder: { pid: number }) =>
    say(`  waiting for process ${holder.pid}, which installs the engine`);
  return exclusively(path.join(toolsFolder, "engine.lock"), waiting, async () => {
    const source = isExecutable(cli) ? "present" : await installCli();
    if (!existsSync(languageHost)) writeLanguageHost();
    return { cli, version: pulumiVersion, source };
  });
}

async function installCli(): Promise<Engine["source"]> {
  if ((await downloadHostAnswers()) && (await download())) return "download";
  const cached = path.join(engineCache(), executable);
  if (await answersVersion(cached)) {
    placeCli(cached);
    return "cache";
  }
  const go = await findGo();
  if (go === undefined) throw new Error(noWayMessage());
  const waiting = (holder: { pid: number }) =>
    say(`  waiting for process ${holder.pid}, which builds the engine`);
  await exclusively(path.join(engineCache(), "build.lock"), waiting, async () => {
    if (await answersVersion(cached)) return;
    say(
      `  ${DOWNLOAD_HOST} does not answer: building Pulumi ${pulumiVersion} from its Go module, once, 4 to 6 minutes`,
    );
    const staged = stagingFile(engineCache(), isAlive);
    const sink = {
      terminal: process.stderr.isTTY === true,
      write: (text: string) => void process.stderr.write(text),
    };
    await buildEngine(go, pulumiVersion, staged, sink);
    if (!(await answersVersion(staged)))
      throw new Error(`the built engine ${staged} does not answer "version"`);
    renameSync(staged, cached);
  });
  placeCli(cached);
  return "build";
}

async function answersVersion(file: string): Promise<boolean> {
  if (!isExecutable(file)) return false;
  const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const answer = await run(file, ["version"], { env: environment }).catch(() => undefined);
  return answer?.code === 0 && answer.stdout.trim() === `v${pulumiVersion}`;
}

/** Hard link where the file system allows it: the CLI has 115 MB. */
function placeCli(from: string): void {
  mkdirSync(binFolder, { recursive: true });
  const staged = stagingFile(binFolder, isAlive);
  rmSync(staged, { force: true });
  try {
    linkSync(from, staged);
  } catch {
    copyFileSync(from, staged);
    chmodSync(staged, 0o755);
  }
  renameSync(staged, cli);
}

/** npm's `pulumi` downloads the official CLI by itself; it does so in a folder of its own, then one rename. */
async function download(): Promise<boolean> {
  const home = stagingFile(path.join(pulumiHome, "versions"), isAlive);
  rmSync(home, { recursive: true, force: true });
  const shim = path.join(projectFolder, "node_modules/pulumi/run.js");
  const environment = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  say(`  downloading the official Pulumi ${pulumiVersion}`);
  const answer = await run(process.execPath, [shim, "version"], { env: environment });
  const whole = path.join(home, "versions", pulumiVersion);
  const complete = await answersVersion(path.join(whole, "bin", executable));
  if (complete) {
    rmSync(path.join(pulumiHome, "versions", pulumiVersion), { recursive: true, force: true });
    renameSync(whole, path.join(pulumiHome, "versions", pulumiVersion));
  } else {
    say(`  the download failed: ${answer.stderr.trim().split("\n").at(-1) ?? ""}`);
  }
  rmSync(home, { recursive: true, force: true });
  return complete;
}

/** The official download brings its own host; beside a built CLI ours is the bundled one. */
function writeLanguageHost(): void {
  const staged = stagingFile(binFolder, isAlive);
  writeFileSync(staged, readFileSync(new URL("language-host/pulumi-language-nodejs.sh", import.meta.url)), {
    mode: 0o755,
  });
  renameSync(staged, languageHost);
}

const noWayMessage = (): string =>
  `The Pulumi engine ${pulumiVersion} is not here yet, ${DOWNLOAD_HOST} does not answer, and there is no Go to build it with. ` +
  `Two ways out: connect to the Internet (the official CLI is downloaded), or install Go 1.25 or newer from https://go.dev/dl ` +
  `(the CLI is built from its Go module, which needs only a Go module proxy). Then run the command again.`;
