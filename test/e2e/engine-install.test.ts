import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { engineCache, ensureEngine } from "../../scripts/toolchain/engine.ts";
import { findGo } from "../../scripts/toolchain/engine-source.ts";
import { type Answer, run } from "../../scripts/toolchain/run.ts";
import { killGroup } from "./support/isolated-chat.ts";
import { within } from "./support/within.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const ENSURE = `
  import { ensureEngine } from "./scripts/toolchain/engine.ts";
  ensureEngine().then((engine) => console.log(engine.source), (error) => { console.error(error.message); process.exit(1); });
`;
const NO_WAY = /Two ways out: connect to the Internet.*install Go/;
/** With Go's own cache warm a build is one link; on a machine that never built it is all of it. */
const BUILD_MS = 900_000;

let clone = "";
let cacheHome = "";

/** A clone without an engine, and a machine without a cached one. */
beforeEach(() => {
  clone = mkdtempSync(path.join(os.tmpdir(), "edge-chat-engine-test-"));
  cacheHome = path.join(clone, "cache");
  for (const folder of ["scripts", "local"])
    cpSync(path.join(project, folder), path.join(clone, folder), { recursive: true });
  cpSync(path.join(project, "package.json"), path.join(clone, "package.json"));
  symlinkSync(path.join(project, "node_modules"), path.join(clone, "node_modules"));
  writeFileSync(path.join(clone, "ensure.ts"), ENSURE);
});
afterEach(() => rmSync(clone, { recursive: true, force: true, maxRetries: 5 }));

/** Go keeps its caches: only the engine is missing. */
async function environment(part: NodeJS.ProcessEnv = {}): Promise<NodeJS.ProcessEnv> {
  const go = await findGo();
  const caches = go === undefined ? "" : (await run(go, ["env", "GOCACHE", "GOMODCACHE"])).stdout;
  const [GOCACHE, GOMODCACHE] = caches.split("\n");
  return { ...process.env, XDG_CACHE_HOME: cacheHome, EDGE_CHAT_OFFLINE: "1", GOCACHE, GOMODCACHE, ...part };
}

const ensure = async (part?: NodeJS.ProcessEnv): Promise<Answer> =>
  run(process.execPath, ["ensure.ts"], { cwd: clone, env: await environment(part) });

async function startEnsuring(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["ensure.ts"], {
    cwd: clone,
    env: await environment(),
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr?.setEncoding("utf8");
  return child;
}

/** The machine's cache holds the engine that this project runs with. */
async function fillCache(): Promise<void> {
  const { cli } = await ensureEngine();
  const cache = engineCache({ XDG_CACHE_HOME: cacheHome });
  mkdirSync(cache, { recursive: true });
  cpSync(cli, path.join(cache, path.basename(cli)));
}

async function expectWorkingEngine(): Promise<void> {
  const bin = path.join(clone, ".tools/pulumi/versions/3.259.0/bin");
  expect(readdirSync(bin).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  const shim = path.join(clone, "node_modules/pulumi/run.js");
  const home = {
    ...process.env,
    PULUMI_HOME: path.join(clone, ".tools/pulumi"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  expect((await run(process.execPath, [shim, "version"], { env: home })).stdout.trim()).toBe("v3.259.0");
}

describe("the engine", () => {
  test("comes from the machine's cache for a second clone, once for all who ask at the same time", async () => {
    await fillCache();
    const answers = await Promise.all([ensure(), ensure(), ensure()]);
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(answers.map(({ stdout }) => stdout.trim()).sort()).toEqual(["cache", "present", "present"]);
    await expectWorkingEngine();
  });

  test("is not believed when the cached file is cut off", async () => {
    const cache = engineCache({ XDG_CACHE_HOME: cacheHome });
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(cache, "pulumi"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const { code, stderr } = await ensure({ EDGE_CHAT_GO: "/nonexistent/go" });
    expect(code).toBe(1);
    expect(stderr).toMatch(NO_WAY);
  });

  test("without Internet and without Go there is one clear message with both ways out", async () => {
    const { code, stderr } = await ensure({ EDGE_CHAT_GO: "/nonexistent/go" });
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(NO_WAY);
  });

  test(
    "a build that is killed with -9 leaves nothing in the way: the next run completes it",
    async () => {
      if ((await findGo()) === undefined) {
        expect((await ensure()).stderr).toMatch(NO_WAY);
        return;
      }
      const first = await startEnsuring();
      let said = "";
      first.stderr?.on("data", (chunk: string) => {
        said += chunk;
      });
      await within(60_000, "the build to begin", async () =>
        /linking|compiling/.test(said) ? true : undefined,
      );
      killGroup(first.pid ?? 0);
      const second = await ensure();
      expect(`${second.stdout}${second.stderr}`).toMatch(/build\n/);
      await expectWorkingEngine();
      expect(readdirSync(engineCache({ XDG_CACHE_HOME: cacheHome }))).toEqual(["pulumi"]);
    },
    BUILD_MS,
  );
});
