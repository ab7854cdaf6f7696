import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Answer, run } from "../../scripts/toolchain/run.ts";
import { ProjectCopy } from "./support/project-copy.ts";

const Named = z.array(z.looseObject({ id: z.string() }));
const Titled = z.array(z.looseObject({ title: z.string() }));

let copy: ProjectCopy;

/** A command on a stack that names its own backend, as every stack but `local` must. */
function npm(name: string, ...args: string[]): Promise<Answer> {
  const backend = path.join(copy.folder, "backend");
  mkdirSync(backend, { recursive: true });
  const environment = { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "test" };
  const { EDGE_CHAT_HOME: _, ...own } = process.env;
  return run(process.execPath, ["scripts/bootstrap.mjs", name, ...args], {
    cwd: copy.folder,
    env: { ...own, ...environment, NO_COLOR: "1" },
  });
}
async function must(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await npm(name, ...args);
  if (code !== 0) throw new Error(`npm run ${name} -- ${args.join(" ")} exited ${code}:\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}
async function refused(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await npm(name, ...args);
  expect(code, stdout).not.toBe(0);
  return `${stdout}${stderr}`;
}
/** The stack's settings: those of its file, and what its comments ask for. */
async function create(stack: string, settings: Record<string, string>, secrets: readonly string[]) {
  const { accountId, apiUrl, apiToken } = copy.account;
  await must("pulumi", "stack", "init", stack, "--no-select");
  // The addresses of these stacks lead nowhere from here, so nothing can be smoke-tested there.
  const plain = { accountId, "cloudflare:baseUrl": apiUrl, "release.smoke": "false", ...settings };
  const set = (...args: string[]) => must("pulumi", "config", "set", ...args, "--stack", stack);
  for (const [key, value] of Object.entries(plain)) await set("--path", key, value);
  for (const name of secrets) await set("--secret", name, `${name}-0123456789-0123456789-0123456789`);
  await set("--secret", "cloudflare:apiToken", apiToken);
}
const scripts = async () =>
  Named.parse(await copy.api("GET", `/accounts/${copy.account.accountId}/workers/scripts`)).map(
    ({ id }) => id,
  );
const titles = async () =>
  Titled.parse(await copy.api("GET", `/accounts/${copy.account.accountId}/storage/kv/namespaces`)).map(
    ({ title }) => title,
  );

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
});
afterAll(() => copy.dispose());

describe("production", () => {
  beforeAll(() =>
    create("production", { "routes[0].pattern": "chat.localhost/*", "routes[0].zone": "localhost" }, [
      "sessionKey",
      "ticketKey",
      "adminToken",
    ]),
  );
  const set = (...args: string[]) => must("pulumi", "config", "set", ...args, "--stack", "production");

  it("is not touched by a plan that its policies refuse, each named", async () => {
    await set("workersDev", "true");
    await set("--path", "allowedOrigins[0]", "*");
    await set("protect", "false");
    const said = await refused("up", "production", "--yes");
    for (const rule of [
      "no-workers-dev-in-production",
      "no-wildcard-origin-in-production",
      "rooms-protected-in-production",
    ])
      expect(said).toContain(rule);
    expect(await scripts()).toEqual([]);
    expect(await titles()).toEqual([]);
  });

  it("is deployed by the program that its policies accept, and keeps its rooms from destroy", async () => {
    await set("workersDev", "false");
    await set("--path", "allowedOrigins[0]", "https://app.example.com");
    await set("protect", "true");
    expect(await must("up", "production", "--yes")).toMatch(/✅ edge-websocket-chat@v/);
    expect(await scripts()).toEqual(["edge-chat-production"]);
    expect(await must("preview", "production", "--expect-no-changes")).toMatch(/✅ edge-websocket-chat@v/);
    expect(await refused("destroy", "production", "--yes")).toMatch(/protected/);
    expect(await scripts()).toEqual(["edge-chat-production"]);
  });

  it("does not lose a class, also with consent: the policy names it before anything happens", async () => {
    const history = copy.read("infra/migration-history.ts");
    const bindings = copy.read("worker/bindings.ts");
    const index = copy.read("worker/index.ts");
    copy.edit("infra/migration-history.ts", (text) =>
      text.replace(
        /,?\s*\];\s*$/,
        ', { tag: "v9", newSqliteClasses: ["Lobby"], deletedClasses: ["ChatRoom"] }];\n',
      ),
    );
    copy.edit("worker/bindings.ts", (text) => text.replace('className: "ChatRoom"', 'className: "Lobby"'));
    copy.edit(
      "worker/index.ts",
      (text) => `${text}\nexport { ChatRoom as Lobby } from "./objects/chat-room.ts";\n`,
    );
    await set("--path", "allowDeletedClasses[0]", "ChatRoom");
    const said = await refused("up", "production", "--yes", "--all-at-once");
    expect(said).toMatch(/class ChatRoom: DELETE \(data lost\)[\s\S]*no-class-deletion-in-production/);
    for (const [file, text] of [
      ["infra/migration-history.ts", history],
      ["worker/bindings.ts", bindings],
      ["worker/index.ts", index],
    ] as const)
      writeFileSync(path.join(copy.folder, file), text);
    await must("pulumi", "config", "rm", "allowDeletedClasses", "--stack", "production");
    await must("preview", "production", "--expect-no-changes");
  });
});

describe("a pull request's stack", () => {
  it("comes from the template under names of its own, beside the others, says when it ends, and is then swept away without a trace", async () => {
    copyFileSync(path.join(copy.folder, "infra/pr-stack.yaml"), path.join(copy.folder, "Pulumi.pr-7.yaml"));
    await create("pr-7", { workersDevSubdomain: "team" }, ["sessionKey"]);
    await must("up", "pr-7", "--yes");
    expect((await scripts()).sort()).toEqual(["edge-chat-pr-7", "edge-chat-production"]);
    expect(await titles()).toContain("edge-chat-pr-7-directory");
    const output = async (name: string) =>
      (await must("pulumi", "stack", "output", name, "--stack", "pr-7")).trim();
    const expires = Date.parse(await output("expires"));
    const week = 7 * 24 * 3_600_000;
    expect(Math.abs(expires - Date.now() - week)).toBeLessThan(3_600_000);
    expect(await output("url")).toBe("https://edge-chat-pr-7.team.workers.dev");
    await must("preview", "pr-7", "--expect-no-changes");

    expect(await must("sweep", "--yes")).toMatch(/pr-7 stays: its end is/);
    // The sweep of another checkout, which never saw the stack's settings file, a week and an hour later.
    rmSync(path.join(copy.folder, "Pulumi.pr-7.yaml"));
    const later = new Date(expires + 3_600_000).toISOString();
    expect(await must("sweep", "--at", later)).toMatch(/pr-7 is past its time \(--yes removes/);
    expect(await scripts()).toContain("edge-chat-pr-7");
    await must("sweep", "--at", later, "--yes");
    expect(await scripts()).toEqual(["edge-chat-production"]);
    expect(await titles()).toEqual(["edge-chat-production-directory"]);
    expect(await must("pulumi", "stack", "ls", "--json")).not.toContain("pr-7");
  });
});
