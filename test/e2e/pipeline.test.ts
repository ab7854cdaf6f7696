import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import "../../scripts/toolchain/localhost-names.ts";
import { ensureActionlint } from "../../scripts/toolchain/actionlint.ts";
import { run } from "../../scripts/toolchain/run.ts";
import { GitHubServer } from "./support/github-server.ts";
import { ProjectCopy } from "./support/project-copy.ts";
import { type JobRun, WorkflowFile } from "./support/workflow.ts";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);
const workflow = (name: string) => new WorkflowFile(new URL(`${name}.yml`, FOLDER));
const Health = z.object({ version: z.string() });
const Routes = z.array(z.object({ id: z.string(), pattern: z.string() }));
const PULL_REQUEST = 12;
const ENVIRONMENTS = ["dev", "staging", "production"];

let copy: ProjectCopy;
let github: GitHubServer;

const address = (stack: string): string => {
  const { port } = new URL(copy.account.edgeUrl);
  return stack === "production"
    ? `http://chat.localhost:${port}`
    : `http://edge-chat-${stack}.local.localhost:${port}`;
};
const versionOf = async (stack: string) =>
  Health.parse(await (await fetch(`${address(stack)}/api/health`)).json()).version;

/** What GitHub gives a run. */
function environment(repository = GitHubServer.repository): NodeJS.ProcessEnv {
  const { EDGE_CHAT_HOME: _, ...own } = process.env;
  const event = path.join(copy.folder, ".event.json");
  const head = { repo: { full_name: repository } };
  writeFileSync(event, JSON.stringify({ pull_request: { number: PULL_REQUEST, head } }));
  return {
    ...own,
    NO_COLOR: "1",
    GITHUB_API_URL: github.url,
    GITHUB_REPOSITORY: GitHubServer.repository,
    GITHUB_RUN_ID: "1",
    GITHUB_EVENT_PATH: event,
    GITHUB_OUTPUT: path.join(copy.folder, ".output"),
    GITHUB_STEP_SUMMARY: path.join(copy.folder, ".summary"),
    CLOUDFLARE_BASE_URL: copy.account.apiUrl,
    CLOUDFLARE_PREVIEW_URL: address("{stack}"),
  };
}

/** The secrets and variables of the repository. */
const known = (): Record<string, string> => ({
  "secrets.PULUMI_BACKEND_URL": `file://${path.join(copy.folder, "backend")}`,
  "secrets.PULUMI_CONFIG_PASSPHRASE": "a passphrase",
  "secrets.CLOUDFLARE_API_TOKEN": copy.account.apiToken,
  "secrets.CLOUDFLARE_READ_TOKEN": copy.account.apiToken,
  "vars.CLOUDFLARE_ACCOUNT_ID": copy.account.accountId,
  "vars.CLOUDFLARE_WORKERS_SUBDOMAIN": "team",
  "github.token": GitHubServer.token,
});
const job = (file: string, name: string): Promise<JobRun> =>
  workflow(file).run(name, { cwd: copy.folder, known: known(), env: environment() });
const passes = async (file: string, name: string): Promise<string> => {
  const { code, said } = await job(file, name);
  if (code !== 0) throw new Error(`${file}, job ${name}, exited ${code}:\n${said}`);
  return said;
};

/** What a team does once: the stacks with their settings and secrets. */
async function prepareStack(stack: string): Promise<void> {
  const { accountId, apiUrl } = copy.account;
  const own = "edge-websocket-chat";
  const production = {
    [`${own}:routes`]: [{ pattern: "chat.localhost/*", zone: "localhost" }],
    [`${own}:workersDev`]: false,
    [`${own}:protect`]: true,
    [`${own}:release`]: { strategy: "gradual", steps: [50], bakeSeconds: 0 },
  };
  const config = {
    [`${own}:accountId`]: accountId,
    [`${own}:publicUrl`]: address(stack),
    [`${own}:regions`]: ["weur"],
    [`${own}:access`]: stack === "dev" ? "open" : "ticket",
    "cloudflare:baseUrl": apiUrl,
    ...(stack === "production" ? production : {}),
  };
  writeFileSync(path.join(copy.folder, `Pulumi.${stack}.yaml`), stringify({ config }));
  const secrets = ["sessionKey", "ticketKey", "adminToken"].flatMap((name) => [
    "--secret",
    `${name}=${name}-0123456789-0123456789-0123456789`,
  ]);
  // The stand-in provider lives in the account's process and does not see the run's environment.
  secrets.push("--secret", `cloudflare:apiToken=${copy.account.apiToken}`);
  const env = {
    ...environment(),
    PULUMI_BACKEND_URL: known()["secrets.PULUMI_BACKEND_URL"],
    PULUMI_CONFIG_PASSPHRASE: known()["secrets.PULUMI_CONFIG_PASSPHRASE"],
  };
  const pulumi = async (...args: string[]) => {
    const { code, stderr } = await run(process.execPath, ["scripts/bootstrap.mjs", "pulumi", ...args], {
      cwd: copy.folder,
      env,
    });
    if (code !== 0) throw new Error(`pulumi ${args[0]} ${args[1]}: ${stderr}`);
  };
  await pulumi("stack", "init", stack, "--no-select");
  await pulumi("config", "set-all", ...secrets, "--stack", stack);
}

beforeAll(async () => {
  github = await GitHubServer.start();
  copy = new ProjectCopy();
  await copy.startAccount();
  mkdirSync(path.join(copy.folder, "backend"));
  for (const stack of ENVIRONMENTS) await prepareStack(stack);
});
afterAll(() => {
  copy.dispose();
  github.stop();
});

it("the workflow files are what GitHub takes", async () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".yml"));
  expect(files.length).toBeGreaterThanOrEqual(4);
  const lint = await run(await ensureActionlint(), [...files], { cwd: fileURLToPath(FOLDER) });
  expect(lint.stdout + lint.stderr).toBe("");
});

describe("a pull request", () => {
  it("gets one comment with what each environment's next up does, and why", async () => {
    await passes("pull-request", "preview");
    const [comment] = github.comments;
    expect(comment?.body).toMatch(/\| dev \| 3 \| – \| – \| – \| \d+\.\d KiB \|/);
    expect(comment?.body).toMatch(/#### production\nDurable Object classes[\s\S]*class ChatRoom: create/);
    expect(comment?.body).toMatch(/\| create \| chat-script \(WorkersScript\)/);
    expect(comment?.body).not.toMatch(/0123456789-0123456789/);
  });

  it("fails when a stack cannot be looked at, and the comment says which and why; a fork's, which has no secrets, does not", async () => {
    const preview = (env: NodeJS.ProcessEnv, ...stacks: string[]) =>
      run(process.execPath, ["scripts/bootstrap.mjs", "pipeline", "preview", ...stacks], {
        cwd: copy.folder,
        env: { ...env, GITHUB_TOKEN: GitHubServer.token },
      });
    const before = github.comments[0]?.body;
    const bare = await preview({ ...environment("somebody/chat"), PULUMI_BACKEND_URL: "" }, "dev");
    expect(bare).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/dev: not looked at[\s\S]*no secrets/),
    });
    expect(github.comments[0]?.body).toBe(before);
    const { code } = await preview({ ...environment(), PULUMI_BACKEND_URL: "" }, "dev");
    expect(code).toBe(1);
    expect(github.comments[0]?.body).toMatch(/\| dev: \*\*fails\*\* \|[\s\S]*Stack "dev" has no backend/);
  });

  it("gets a chat of its own, which goes when it is closed", async () => {
    const said = await passes("pull-request-chat", "up");
    expect(said).toContain(`✓ ${address(`pr-${PULL_REQUEST}`)}`);
    const before = await versionOf(`pr-${PULL_REQUEST}`);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    github.deployments.push({ id: 1, environment: `pr-${PULL_REQUEST}`, states: [] });
    expect(await passes("pull-request-chat", "down")).toMatch(/pr-12 is gone/);
    expect(github.deployments[0]?.states).toEqual(["inactive"]);
    expect((await fetch(`${address(`pr-${PULL_REQUEST}`)}/api/health`)).status).toBe(404);
  });
});

describe("main", () => {
  it("goes to dev, staging and production in this order, each proved", async () => {
    const { order } = workflow("main");
    expect(order).toEqual(ENVIRONMENTS);
    for (const stack of order) expect(await passes("main", stack)).toMatch(/✓ a resume replayed/);
    expect(new Set(await Promise.all(ENVIRONMENTS.map(versionOf))).size).toBe(1);
  });

  it("reaches production gradually, after which the comment says that nothing changes", async () => {
    copy.edit("worker/index.ts", (text) => `${text}\nObject.assign(globalThis, { release: "next" });\n`);
    const before = await versionOf("production");
    await passes("pull-request", "preview");
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.edits).toBe(2);
    expect(github.comments[0]?.body).toMatch(
      /\| update \| chat-script \(WorkersScript\) \| [^|]*contentSha256/,
    );
    expect(github.comments[0]?.body).toMatch(/KiB \([+−]\d+\.\d KiB\)/);
    await passes("main", "dev");
    expect(await passes("main", "production")).toMatch(/50 % → 100 %[\s\S]*✓ a resume replayed/);
    expect(await versionOf("production")).not.toBe(before);
    await passes("pull-request", "preview");
    expect(github.comments[0]?.body).toMatch(/#### production[\s\S]*Nothing changes\./);
  });

  it("stops at a release that fails its smoke test, and puts the one before back", async () => {
    const good = await versionOf("dev");
    copy.edit("worker/objects/chat-room.ts", (text) =>
      text.replace(
        /override webSocketMessage\([^)]*\)[^{]*\{/,
        (head) => `${head} if (Date.now() > 0) return;`,
      ),
    );
    const { code, said } = await job("main", "dev");
    expect(code).toBe(1);
    expect(said).toMatch(/dev fails its smoke test: .*Rolling back to/);
    expect(said).toMatch(/It runs [0-9a-f]{12} again, which passes/);
    expect(await versionOf("dev")).toBe(good);
  });
});

describe("every night", () => {
  it("drift is looked for, told in one issue, and the issue closed when it is gone; chats past their time are swept", async () => {
    await passes("nightly", "drift");
    expect(github.issues).toEqual([]);
    const place = `/zones/${copy.account.zoneId}/workers/routes`;
    const [route] = Routes.parse(await copy.api("GET", place));
    await copy.api("PUT", `${place}/${route?.id}`, { pattern: route?.pattern, script: "edge-chat-dev" });
    const { code } = await job("nightly", "drift");
    expect(code).toBe(2);
    expect(github.issues).toMatchObject([
      { state: "open", body: expect.stringMatching(/chat-route-chat-localhost\S*: changed/) },
    ]);
    await copy.api("PUT", `${place}/${route?.id}`, {
      pattern: route?.pattern,
      script: "edge-chat-production",
    });
    await passes("nightly", "drift");
    expect(github.issues).toMatchObject([{ state: "closed" }]);
    expect(await passes("nightly", "sweep")).toMatch(/No pull request's stack is past its time/);
    expect(github.refused).toEqual([]);
  });
});
