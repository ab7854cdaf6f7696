import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleWorker } from "../../infra/bundle.ts";
import { RULES } from "../../infra/policy/rules.ts";
import { startProvider } from "../../local/provider/server.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { pulumiHome } from "../../scripts/toolchain/places.ts";
import { type Answer, run } from "../../scripts/toolchain/run.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const program = fileURLToPath(new URL("support/policy-program.ts", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-policies-"));

/** A plan in words, and what the pack said to it, by rule. */
interface Judged {
  readonly code: number | null;
  readonly said: string;
}

let provider: { port: number; stop(): Promise<void> };
let environment: NodeJS.ProcessEnv;
let cli: string;
const judged = new Map<string, Judged>();

const pulumi = (...args: string[]): Promise<Answer> =>
  run(cli, [...args, "--non-interactive"], { cwd: folder, env: environment });

/** Plans a case for a stack under the pack; each once. */
async function plan(name: "right" | "wrong", stack: string): Promise<void> {
  environment.POLICY_CASE = name;
  const { code, stdout, stderr } = await pulumi(
    ...["preview", "--stack", stack, "--policy-pack", path.join(project, "infra/policy")],
  );
  judged.set(`${name} ${stack}`, { code, said: `${stdout}${stderr}` });
}

const of = (name: string): Judged => {
  const found = judged.get(name);
  if (found === undefined) throw new Error(`${name} was not planned`);
  return found;
};

beforeAll(async () => {
  const engine = await ensureEngine();
  cli = engine.cli;
  provider = await startProvider();
  const { file, sha256 } = await bundleWorker();
  environment = {
    ...process.env,
    PATH: [path.dirname(cli), path.join(project, "node_modules/.bin"), process.env.PATH].join(path.delimiter),
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_PROVIDERS: `cloudflare:${provider.port}`,
    POLICY_BUNDLE: path.join(project, file),
    POLICY_BUNDLE_SHA256: sha256,
    NO_COLOR: "1",
  };
  writeFileSync(
    path.join(folder, "Pulumi.yaml"),
    `name: policies\nruntime: { name: nodejs, options: { typescript: false } }\nmain: ${program}\n`,
  );
  for (const stack of ["production", "dev"]) await pulumi("stack", "init", stack, "--no-select");
  await plan("right", "production");
  await plan("wrong", "production");
  await plan("wrong", "dev");
});

afterAll(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const EVERYWHERE = [
  ["observability-on", /observability is off/],
  ["secrets-only-as-secrets", /binding ADMIN_TOKEN is plain_text/],
  ["secrets-only-as-secrets", /binding VERSION \(plain_text\) contains the value of secret SESSION_KEY/],
  ["compatibility-date-fresh", /compatibilityDate 2024-01-01 is \d+ days old, allowed are 365/],
  ["routes-inside-zone", /chat\.example\.org\/\* does not lie in its zone example\.com/],
  ["routes-inside-zone", /talk\.example\.com does not lie in its zone zone-9/],
] as const;
const IN_PRODUCTION = [
  ["no-workers-dev-in-production", /the chat would answer on workers\.dev/],
  ["no-class-deletion-in-production", /class ChatRoom and every room of it would be deleted for ever/],
  ["no-wildcard-origin-in-production", /allowedOrigins is \*/],
  ["rooms-protected-in-production", /it is not protected/],
] as const;

describe("the policy pack in the real engine", () => {
  it("tests every rule that the pack has", () => {
    const tested = new Set<string>([...EVERYWHERE, ...IN_PRODUCTION].map(([name]) => name));
    expect([...tested].sort()).toEqual([...RULES.map(({ name }) => name), "routes-inside-zone"].sort());
  });

  it.each([...EVERYWHERE, ...IN_PRODUCTION])("%s: stops a plan that breaks it, saying %s", (name, words) => {
    const { code, said } = of("wrong production");
    expect(code).not.toBe(0);
    expect(said).toContain(`${name} `);
    expect(said).toMatch(words);
    expect(said).toContain("[mandatory]");
  });

  it.each([...EVERYWHERE, ...IN_PRODUCTION])("%s: lets a plan pass that keeps it", (name, words) => {
    const { code, said } = of("right production");
    expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
    expect(said).toMatch(/edge-websocket-chat@v\d/);
    expect(said).not.toContain(name);
    expect(said).not.toMatch(words);
  });

  it.each(IN_PRODUCTION)("%s: leaves other stacks alone", (name, words) => {
    const { said } = of("wrong dev");
    expect(said).not.toContain(name);
    expect(said).not.toMatch(words);
  });

  it.each(EVERYWHERE)("%s: holds for every stack", (name) => {
    const { code, said } = of("wrong dev");
    expect(code).not.toBe(0);
    expect(said).toContain(name);
  });
});
