import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bundleWorker } from "../../infra/bundle.ts";
import { IsolatedChat } from "./support/isolated-chat.ts";

const chat = new IsolatedChat();
afterAll(() => chat.dispose());

describe("npm run pulumi, without any preparation", () => {
  test("is the real CLI in the version that package.json pins", async () => {
    expect((await chat.mustNpm("pulumi", "version")).trim()).toBe("v3.259.0");
  });

  test("lists the stacks of the local backend, and makes the stack local when it is needed", async () => {
    expect(await chat.mustNpm("pulumi", "stack", "ls")).not.toMatch(/local\b.*\d/);
    await chat.mustNpm("pulumi", "config", "set", "access", "open", "--stack", "local");
    expect(await chat.mustNpm("pulumi", "stack", "ls")).toMatch(/^local/m);
    expect(await chat.mustNpm("pulumi", "config", "get", "access")).toMatch(/open/);
  });

  test("keeps passphrase and stack file to their owner, and every secret encrypted", async () => {
    await chat.mustNpm("pulumi", "config", "--stack", "local");
    const passphrase = path.join(chat.localFolder, "passphrase");
    expect(statSync(passphrase).mode & 0o077).toBe(0);
    const stackFile = readFileSync(path.join(chat.folder, "Pulumi.local.yaml"), "utf8");
    expect(stackFile).toMatch(/sessionKey:\s+secure: v1:/);
    expect(stackFile).not.toContain(readFileSync(passphrase, "utf8"));
  });

  test("a lost passphrase costs the secrets, not the stack file: new ones are made", async () => {
    rmSync(path.join(chat.localFolder, "passphrase"));
    rmSync(path.join(chat.localFolder, "state"), { recursive: true });
    const settings = await chat.mustNpm("pulumi", "config", "--show-secrets", "--stack", "local");
    expect(settings).toMatch(/sessionKey\s+\S{40,}/);
    expect(settings).toMatch(/access\s+open/);
  });
});

describe("what cannot work says what to do", () => {
  test("a preview of local while no account runs", async () => {
    const answer = await chat.npm("preview", "local");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/not running.*npm start/);
  });

  test("another stack without a backend", async () => {
    const answer = await chat.npm("pulumi", "preview", "--stack", "production");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/production.*no backend.*PULUMI_BACKEND_URL.*login/);
  });

  test("another stack whose address is Cloudflare's never gets the stand-in provider", async () => {
    const state = path.join(chat.folder, "other-state");
    mkdirSync(state);
    chat.environment.PULUMI_BACKEND_URL = `file://${state}`;
    chat.environment.PULUMI_CONFIG_PASSPHRASE = "test";
    chat.environment.EDGE_CHAT_OFFLINE = "1";
    try {
      await chat.mustNpm("pulumi", "stack", "init", "production");
      expect(await chat.mustNpm("pulumi", "stack", "--show-name")).toBe("production\n");
      const answer = await chat.npm("preview", "production");
      expect(answer.code).not.toBe(0);
      expect(answer.stderr + answer.stdout).toMatch(/official provider plugin|accountId/);
      expect(answer.stdout).not.toMatch(/WorkersScript/);
    } finally {
      chat.environment.PULUMI_BACKEND_URL = undefined;
      chat.environment.PULUMI_CONFIG_PASSPHRASE = undefined;
      chat.environment.EDGE_CHAT_OFFLINE = undefined;
    }
  });

  test("up without a stack names the stacks, an unknown command the commands", async () => {
    expect((await chat.npm("up")).stderr).toMatch(/npm run up -- <stack>.*local.*production/);
    const answer = await chat.npm("nonsense");
    expect(answer.code).toBe(2);
    expect(answer.stderr).toMatch(/no command "nonsense"[\s\S]*npm run pulumi/);
  });

  test("start with wrong flags names them all and starts nothing", async () => {
    const answer = await chat.npm("start", "--port", "x", "--what");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/--what[\s\S]*--port is "x"/);
  });

  test("smoke without a target, and of an address where nothing is, exits 1 with the reason", async () => {
    const nothing = await chat.npm("smoke");
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toMatch(/npm run smoke -- <stack or url>/);
    const nobody = await chat.npm("smoke", "http://127.0.0.1:9");
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toMatch(/http:\/\/127\.0\.0\.1:9\/api\/health does not answer/);
    expect(nobody.stderr).not.toMatch(/\n\s+at /);
  });
});

test("npm run build tells the bundle's size, its sha-256 and its five largest inputs", async () => {
  const said = await chat.mustNpm("build");
  const { bytes, sha256, inputs } = await bundleWorker();
  expect(said).toContain(`size     ${(bytes / 1024).toFixed(1)} KiB`);
  expect(said).toContain(`sha-256  ${sha256}`);
  const largest = [...inputs].sort((a, b) => b.bytes - a.bytes).slice(0, 5);
  const listed = said.split("\n").filter((line) => /^ +[\d.]+ KiB {2}/.test(line));
  expect(listed.map((line) => line.trim().split(" KiB  ")[1])).toEqual(largest.map(({ path }) => path));
});
