import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { ChatClient } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import { runningAccount } from "../../scripts/stack/account-file.ts";
import { IsolatedChat, killGroup, type Running } from "./support/isolated-chat.ts";
import { within } from "./support/within.ts";

const chat = new IsolatedChat();
afterAll(() => chat.dispose());

const READY = /Ctrl-C ends everything/;
const History = z.object({ messages: z.array(z.object({ message: z.string() })) });

async function startInForeground(): Promise<Running> {
  const start = chat.start("start", "--port", "0", "--api-port", "0");
  await within(120_000, "npm start to be ready", async () => {
    if (start.child.exitCode !== null) throw new Error(`npm start ended:\n${start.output()}`);
    return READY.test(start.output()) ? true : undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it said:\n${start.output()}`);
  });
  return start;
}

const urlIn = (output: string): string => /^Chat {2}(\S+)$/m.exec(output)?.[1] ?? "";

async function say(url: string, text: string): Promise<void> {
  const client = new ChatClient({ url, room: "lobby", username: "Ada" });
  try {
    await nextEvent(client, "welcome");
    expect(await client.send(text).outcome).toMatchObject({ status: "acknowledged" });
  } finally {
    client.close();
  }
}

async function history(url: string): Promise<string[]> {
  const answer = await fetch(new URL("/chat/lobby/messages", url));
  return History.parse(await answer.json()).messages.map(({ message }) => message);
}

/** The secrets that the stack made for this machine, in plain. */
const secretSettings = (): Promise<string[]> =>
  Promise.all(
    ["sessionKey", "adminToken"].map(async (name) => {
      const { stdout } = await chat.npm("pulumi", "config", "get", name, "--stack", "local");
      expect(stdout.trim().length).toBeGreaterThanOrEqual(32);
      return stdout.trim();
    }),
  );

describe("npm start", () => {
  test("prints the chat's address and the lines for other clients, one each, and streams the Worker's log", async () => {
    const start = await startInForeground();
    const { apiUrl, apiToken, accountId } = chat.account;
    const lines = start.output().split("\n");
    expect(lines).toContain(`CLOUDFLARE_API_BASE_URL=${apiUrl}`);
    expect(lines).toContain(`CLOUDFLARE_API_TOKEN=${apiToken}`);
    expect(lines).toContain(`CLOUDFLARE_ACCOUNT_ID=${accountId}`);
    const url = urlIn(start.output());
    await within(30_000, "a request to show in the log", async () => {
      await fetch(new URL("/api/health", url));
      return /GET \/api\/health 200/.test(start.output()) ? true : undefined;
    });
    await say(url, "said before the power cut");

    const { pid } = chat.account;
    killGroup(start.child.pid ?? 0);
    killGroup(pid);
    await start.ended;
  });

  test("after a kill -9 of everything: starts again with 0 changes and every acknowledged message", async () => {
    const start = await startInForeground();
    expect(start.output()).toMatch(/Resources:\s+6 unchanged/);
    const url = urlIn(start.output());
    expect(await history(url)).toEqual(["said before the power cut"]);
    await say(url, "said after it");

    start.child.kill("SIGINT");
    expect(await start.ended).toBe(0);
    expect(start.output()).toMatch(/✓ local account stopped/);
    expect(runningAccount(chat.localFolder)).toBeUndefined();
  });

  test("--detach returns and leaves the chat running, with no secret in its log; stop ends it, as often as one likes", async () => {
    const said = await chat.mustNpm("start", "--detach", "--port", "0", "--api-port", "0");
    expect(await history(urlIn(said))).toEqual(["said before the power cut", "said after it"]);
    const again = await chat.mustNpm("start", "--detach", "--port", "0", "--api-port", "0");
    expect(again).toMatch(/ran already/);
    const elsewhere = await chat.npm("start", "--detach", "--port", "9", "--api-port", "0");
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toMatch(/runs already, at http:.*`npm stop` to start it with other ports/);
    const log = readFileSync(path.join(chat.localFolder, "account.log"), "utf8");
    for (const secret of [chat.account.apiToken, ...(await secretSettings())])
      expect(log.includes(secret)).toBe(false);
    expect(await chat.mustNpm("stop")).toMatch(/local account stopped/);
    expect(await chat.mustNpm("stop")).toMatch(/no local account is running/);
  });

  test("--fresh forgets the state of before", async () => {
    const said = await chat.mustNpm("start", "--fresh", "--detach", "--port", "0", "--api-port", "0");
    expect(said).toMatch(/\+ 6 created/);
    expect(await history(urlIn(said))).toEqual([]);
    await chat.mustNpm("stop");
  });

  test("a taken port is named, with its holder where known and the flag for another, before anything starts", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const address = holder.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      const answer = await chat.npm("start", "--port", String(port), "--api-port", "0");
      expect(answer.code).toBe(1);
      expect(answer.stderr).toMatch(new RegExp(`Port ${port} is taken.*npm start -- --port ${port + 1}`));
      expect(runningAccount(chat.localFolder)).toBeUndefined();
    } finally {
      await new Promise((resolve) => holder.close(resolve));
    }
  });
});
