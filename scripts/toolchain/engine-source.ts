import { type SpawnOptions, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BuildProgress, isCompiledPackage, lineReader, type ProgressSink } from "./build-progress.ts";
import { run } from "./run.ts";

const MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** go.mod and go.sum: which sources, byte for byte. */
const sourceFolder = fileURLToPath(new URL("engine", import.meta.url));
const LAST_LINES = 12;

/** Where installers put Go; a shell's PATH often lacks it. */
const USUAL_PLACES = ["go", "/usr/local/go/bin/go", "/opt/homebrew/bin/go"];

/** The Go command, or undefined when this machine has none. EDGE_CHAT_GO names the one to use. */
export async function findGo(): Promise<string | undefined> {
  for (const candidate of process.env.EDGE_CHAT_GO ? [process.env.EDGE_CHAT_GO] : USUAL_PLACES) {
    const answer = await run(candidate, ["version"]).catch(() => undefined);
    if (answer?.code === 0) return candidate;
  }
  return undefined;
}

/**
 * Builds the Pulumi CLI of `version` from its Go module into `target`, 4 to 6 minutes with empty Go caches. An
 * interrupted build is not lost: Go keeps each compiled package in its own cache.
 *
 * @throws when Go fails, with Go's own last lines.
 */
export async function buildEngine(
  go: string,
  version: string,
  target: string,
  sink: ProgressSink,
): Promise<void> {
  // Go writes into the module's folder (go.sum), and a clone may be read-only or shared: build from a copy.
  const work = mkdtempSync(path.join(os.tmpdir(), "edge-chat-engine-"));
  for (const file of readdirSync(sourceFolder))
    copyFileSync(path.join(sourceFolder, file), path.join(work, file));
  const flags = ["-mod=readonly", `-ldflags=-s -w -X ${VERSION_VARIABLE}=v${version}`];
  const options = {
    cwd: work,
    // Without C the binary needs no compiler and runs on any libc. A go.work above the clone must not interfere.
    env: {
      ...process.env,
      HOME: process.env.HOME ?? os.homedir(),
      CGO_ENABLED: "0",
      GOWORK: "off",
      GOFLAGS: "",
    },
  };
  try {
    let modules = 0;
    const stale = await goLines(
      go,
      ["list", ...flags, "-deps", "-f", "{{.Stale}}", MODULE],
      options,
      (line) => {
        if (!line.startsWith("go: downloading")) return;
        modules += 1;
        if (modules % 50 === 1)
          sink.write(`  engine: fetching Go modules (${modules})${sink.terminal ? "\r" : "\n"}`);
      },
    );
    const parts = stale.filter((line) => line === "true").length;
    const progress = new BuildProgress("engine: compiling", parts, sink, Date.now);
    progress.begin();
    let compiled = 0;
    await goLines(go, ["build", "-v", ...flags, "-o", target, MODULE], options, (line) => {
      if (!isCompiledPackage(line)) return;
      compiled += 1;
      progress.part();
      if (compiled === parts) progress.linking();
    });
    progress.finish();
    if (!existsSync(target)) throw new Error(`go build ended well but left no ${target}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs Go, hands over each line of stderr, returns the lines of stdout. */
function goLines(
  go: string,
  args: string[],
  options: SpawnOptions,
  onError: (line: string) => void,
): Promise<string[]> {
  const output: string[] = [];
  const last: string[] = [];
  const child = spawn(go, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill();
  process.once("exit", stop);
  child.stdout?.setEncoding("utf8").on(
    "data",
    lineReader((line) => output.push(line)),
  );
  child.stderr?.setEncoding("utf8").on(
    "data",
    lineReader((line) => {
      if (!isCompiledPackage(line)) last.push(line);
      if (last.length > LAST_LINES) last.shift();
      onError(line);
    }),
  );
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("exit", stop);
      if (code === 0) resolve(output);
      else reject(new Error(`go ${args[0]} failed (exit ${code}):\n${last.join("\n")}`));
    });
  });
}

/** Makes room for a build that will be renamed into place, and drops what dead builds left. */
export function stagingFile(folder: string, alive: (pid: number) => boolean): string {
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder)) {
    const pid = /\.staging-(\d+)$/.exec(entry)?.[1];
    if (pid && !alive(Number(pid))) rmSync(path.join(folder, entry), { recursive: true, force: true });
  }
  return path.join(folder, `.staging-${process.pid}`);
}
