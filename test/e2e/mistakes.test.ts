import { mkdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Answer, run } from "../../scripts/toolchain/run.ts";
import { ArticleClient } from "./support/article-client.ts";
import { ProjectCopy } from "./support/project-copy.ts";

const Scripts = z.array(z.looseObject({ id: z.string(), etag: z.string() }));

let copy: ProjectCopy;

const scripts = async () =>
  Scripts.parse(await copy.api("GET", `/accounts/${copy.account.accountId}/workers/scripts`));

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
});
afterAll(() => copy.dispose());

describe("a stack whose credentials cannot work", () => {
  const STACK = "dev";
  const npm = (name: string, ...args: string[]): Promise<Answer> => {
    const backend = path.join(copy.folder, "backend");
    mkdirSync(backend, { recursive: true });
    const { EDGE_CHAT_HOME: _, CLOUDFLARE_API_TOKEN: __, ...own } = process.env;
    const env = {
      ...own,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      NO_COLOR: "1",
    };
    return run(process.execPath, ["scripts/bootstrap.mjs", name, ...args], { cwd: copy.folder, env });
  };
  const set = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await npm("pulumi", "config", "set", ...args, "--stack", STACK);
    expect(code, stderr).toBe(0);
  };
  const refusedUp = async (): Promise<string> => {
    const { code, stdout, stderr } = await npm("up", STACK, "--yes");
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at /);
    return `${stdout}${stderr}`;
  };

  beforeAll(async () => {
    const { accountId, apiUrl } = copy.account;
    expect((await npm("pulumi", "stack", "init", STACK, "--no-select")).code).toBe(0);
    await set("accountId", accountId);
    await set("cloudflare:baseUrl", apiUrl);
    await set("workersDevSubdomain", "team");
    await set("--secret", "sessionKey", "session-key-0123456789-0123456789");
  });

  it("learns that it has no token, and the command that stores one", async () => {
    expect(await refusedUp()).toMatch(
      /Stack "dev" has no Cloudflare token\.[\s\S]*config set --secret cloudflare:apiToken --stack dev/,
    );
  });

  it("learns that its token is not accepted, with Cloudflare's code and without the token", async () => {
    const wrong = "w".repeat(40);
    await set("--secret", "cloudflare:apiToken", wrong);
    const said = await refusedUp();
    expect(said).toMatch(/10000/);
    expect(said).not.toContain(wrong);
  });

  it("learns that it has no such account, by its id", async () => {
    const nobody = "0123456789abcdef0123456789abcdef";
    await set("--secret", "cloudflare:apiToken", copy.account.apiToken);
    await set("accountId", nobody);
    const said = await refusedUp();
    expect(said).toMatch(/7003/);
    expect(said).toContain(nobody);
  });

  it("has touched nothing in all that", async () => {
    expect(await scripts()).toEqual([]);
    expect(await copy.api("GET", `/accounts/${copy.account.accountId}/storage/kv/namespaces`)).toEqual([]);
  });
});

describe("code that cannot run", () => {
  const up = () => copy.npm("up", "local");
  const ok = async () => {
    const { code, said } = await up();
    expect(code, said).toBe(0);
  };

  it("throws at its start: up says what and where, and the chat that runs goes on, sockets and all", async () => {
    await ok();
    const before = await scripts();
    const ann = await ArticleClient.open(copy.account.edgeUrl, "lobby", "Ann");
    await ann.next("welcome");

    copy.edit("worker/index.ts", (text) => `${text}\nthrow new Error("not in the mood");\n`);
    const { code, said } = await up();
    expect(code).not.toBe(0);
    expect(said).toMatch(/10021[\s\S]*not in the mood/);
    expect(await scripts()).toEqual(before);
    ann.send({ type: "chat_message", message: "still here" });
    expect(await ann.next("chat_message")).toMatchObject({ message: "still here" });
    ann.close();

    copy.edit("worker/index.ts", (text) => text.replace(/\nthrow new Error.*\n/, ""));
    await ok();
    await copy.pulumi("preview", "--expect-no-changes");
  });

  it("lacks the export of a class that is bound: up names the class and both files before anything is touched", async () => {
    const before = await scripts();
    copy.edit("worker/index.ts", (text) => text.replace(/export \{ RoomHub \}.*\n/, ""));
    const { code, said } = await up();
    expect(code).not.toBe(0);
    expect(said).toMatch(/RoomHub[\s\S]*worker\/index\.ts/);
    expect(said).not.toMatch(/\n\s+at /);
    expect(await scripts()).toEqual(before);
  });
});
