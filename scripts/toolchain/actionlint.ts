import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { engineCache } from "./engine.ts";
import { findGo } from "./engine-source.ts";
import { exclusively } from "./exclusive.ts";
import { run } from "./run.ts";
import { say } from "./steps.ts";

/** https://github.com/rhysd/actionlint */
const MODULE = "github.com/rhysd/actionlint/cmd/actionlint";
const VERSION = "1.7.12";

/**
 * The linter of workflow files: the one on PATH, or one that is built once from its Go module, shared by every clone on
 * this machine.
 *
 * @throws with both ways to get it, when there is neither it nor Go.
 */
export async function ensureActionlint(): Promise<string> {
  const onPath = await run("actionlint", ["-version"]).catch(() => undefined);
  if (onPath?.code === 0) return "actionlint";
  const folder = path.join(path.dirname(path.dirname(engineCache())), "actionlint", VERSION);
  const binary = path.join(folder, process.platform === "win32" ? "actionlint.exe" : "actionlint");
  if (existsSync(binary)) return binary;
  const go = await findGo();
  if (go === undefined)
    throw new Error(
      `The workflow linter actionlint ${VERSION} is not here, and there is no Go to build it with. Install it ` +
        `(https://github.com/rhysd/actionlint/releases, or your package manager), or install Go from https://go.dev/dl.`,
    );
  mkdirSync(folder, { recursive: true });
  await exclusively(
    path.join(folder, "build.lock"),
    () => say("  waiting for another build of actionlint"),
    async () => {
      if (existsSync(binary)) return;
      say(`  building actionlint ${VERSION} from its Go module, once, about half a minute`);
      // One rename puts it in place: a killed build leaves nothing that looks whole.
      const staged = mkdtempSync(path.join(folder, "build-"));
      try {
        const environment = { ...process.env, GOBIN: staged, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
        const built = await run(go, ["install", `${MODULE}@v${VERSION}`], { env: environment });
        if (built.code !== 0) throw new Error(`actionlint could not be built:\n${built.stderr.trim()}`);
        renameSync(path.join(staged, path.basename(binary)), binary);
      } finally {
        rmSync(staged, { recursive: true, force: true });
      }
    },
  );
  return binary;
}
