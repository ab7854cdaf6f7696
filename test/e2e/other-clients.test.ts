import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ChatClient } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import { type Answer, run } from "../../scripts/toolchain/run.ts";
import { ArticleClient } from "./support/article-client.ts";
import { IsolatedChat } from "./support/isolated-chat.ts";

const WRANGLER = fileURLToPath(new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url));

const chat = new IsolatedChat();
const project = mkdtempSync(path.join(os.tmpdir(), "edge-chat-wrangler-"));
/** What `npm start` printed, and nothing else that a person could know. */
let printed: string[];
let url: string;

beforeAll(async () => {
  printed = (await chat.mustNpm("start", "--detach", "--port", "0", "--api-port", "0")).split("\n");
  url = printed.find((line) => line.startsWith("Chat  "))?.slice("Chat  ".length) ?? "";
});
afterAll(async () => {
  await chat.dispose();
  rmSync(project, { recursive: true, force: true });
});

describe("clients that know only the article's protocol", () => {
  const join = (room: string, username?: string) => ArticleClient.open(url, room, username);

  test("chat with each other, and with the clients of today", async () => {
    const ann = await join("article", "Ann");
    expect(await ann.next("welcome")).toMatchObject({
      userId: expect.stringMatching(/^[0-9a-z]{20,25}$/),
      userCount: 1,
      recentMessages: [],
    });
    const bob = await join("article", "Bob");
    expect(await bob.next("welcome")).toMatchObject({ userCount: 2 });
    expect(await ann.next("user_joined")).toMatchObject({ username: "Bob", userCount: 2 });

    ann.send({ type: "chat_message", message: "Hello, edge" });
    const heard = await bob.next("chat_message");
    expect(heard).toMatchObject({ username: "Ann", message: "Hello, edge" });
    expect(heard).toMatchObject({ id: expect.any(String), timestamp: expect.any(Number) });
    expect(await ann.next("chat_message")).toEqual(heard);

    ann.send({ type: "typing", isTyping: true });
    expect(await bob.next("typing")).toMatchObject({ username: "Ann", isTyping: true });
    ann.send({ type: "ping" });
    expect(await ann.next("pong")).toMatchObject({ timestamp: expect.any(Number) });
    ann.sendText("no JSON");
    expect(await ann.next("error")).toMatchObject({ message: "Invalid message format" });
    ann.send({ type: "chat_message", message: "é".repeat(600) });
    expect(await bob.next("chat_message")).toMatchObject({ message: "é".repeat(500) });

    const cleo = new ChatClient({ url, room: "article", username: "Cleo" });
    await nextEvent(cleo, "welcome");
    expect(await bob.next("user_joined")).toMatchObject({ username: "Cleo", userCount: 3 });
    expect(await cleo.send("from today").outcome).toMatchObject({ status: "acknowledged" });
    expect(await bob.next("chat_message")).toMatchObject({ username: "Cleo", message: "from today" });
    const info = await fetch(new URL("/chat/article", url));
    expect(await info.json()).toMatchObject({ users: 3, messages: 3 });

    cleo.close();
    ann.close();
    const left = [await bob.next("user_left"), await bob.next("user_left")];
    expect(left.map(({ username }) => username).sort()).toEqual(["Ann", "Cleo"]);
    expect(left.at(-1)).toMatchObject({ userCount: 1 });
    expect(ann.heardOwnTyping).toBe(false);
    bob.close();
  });

  test("are told of the eleventh message in a minute, and a newcomer gets the last ten", async () => {
    const ann = await join("article-limit");
    for (let at = 1; at <= 11; at++) ann.send({ type: "chat_message", message: `${at}` });
    expect(await ann.next("error")).toMatchObject({ message: "Rate limit exceeded" });
    const dan = await join("article-limit", "Dan");
    const { recentMessages } = await dan.next("welcome");
    expect(recentMessages).toMatchObject(
      Array.from({ length: 10 }, (_, at) => ({
        type: "chat_message",
        username: "Anonymous",
        message: `${at + 1}`,
      })),
    );
    ann.close();
    dan.close();
  });

  test("find the article's paths: page, health, a room without a name, and nothing", async () => {
    const page = await fetch(url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const health = await fetch(new URL("/api/health", url));
    expect(await health.json()).toMatchObject({ status: "healthy", timestamp: expect.any(Number) });
    expect((await fetch(new URL("/chat/", url))).status).toBe(400);
    expect((await fetch(new URL("/nothing", url))).status).toBe(404);
  });
});

describe("wrangler, with the lines that npm start printed", () => {
  const lines = () =>
    Object.fromEntries(
      printed.filter((line) => /^CLOUDFLARE_\w+=/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
  const wrangler = (...args: string[]): Promise<Answer> =>
    run(process.execPath, [WRANGLER, ...args], {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        HOME: project,
        CI: "1",
        NO_COLOR: "1",
        WRANGLER_SEND_METRICS: "false",
        ...lines(),
      },
    });
  const must = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await wrangler(...args);
    expect(code, `${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  /** Not every system resolves `*.localhost`: the host goes into its header. */
  const visit = (host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(chat.account.edgeUrl);
      request({ hostname, port, headers: { host } }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(text));
      })
        .on("error", reject)
        .end();
    });

  test("deploys a Worker of its own with a Durable Object and KV beside the chat, which notices nothing", async () => {
    expect(Object.keys(lines())).toEqual([
      "CLOUDFLARE_API_BASE_URL",
      "CLOUDFLARE_API_TOKEN",
      "CLOUDFLARE_ACCOUNT_ID",
    ]);
    const ann = await ArticleClient.open(url, "beside", "Ann");
    await ann.next("welcome");

    const id = /[0-9a-f]{32}/.exec(await must("kv", "namespace", "create", "visits"))?.[0];
    writeFileSync(
      path.join(project, "wrangler.json"),
      JSON.stringify({
        name: "counter",
        main: "index.js",
        compatibility_date: "2026-08-01",
        workers_dev: true,
        kv_namespaces: [{ binding: "VISITS", id }],
        durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
        migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
      }),
    );
    writeFileSync(
      path.join(project, "index.js"),
      `import { DurableObject } from "cloudflare:workers";
       export class Counter extends DurableObject {
         add() {
           const n = (this.ctx.storage.kv.get("n") ?? 0) + 1;
           this.ctx.storage.kv.put("n", n);
           return n;
         }
       }
       export default { async fetch(request, env) {
         const n = await env.COUNTER.getByName("all").add();
         await env.VISITS.put("last", String(n));
         return new Response(n + " " + (await env.VISITS.get("last")));
       } };`,
    );
    const said = await must("deploy");
    const host = /https:\/\/(\S+)\.workers\.dev/.exec(said)?.[1];
    expect(await visit(`${host}.localhost`)).toBe("1 1");
    expect(await visit(`${host}.localhost`)).toBe("2 2");
    expect(await must("deployments", "list")).toMatch(/100%/);

    ann.send({ type: "ping" });
    await ann.next("pong");
    ann.close();
    await chat.mustNpm("preview", "local", "--expect-no-changes");
    await chat.mustNpm("smoke", "local");
  });

  test("with a token that is wrong is refused with Cloudflare's own code", async () => {
    const answer = await run(process.execPath, [WRANGLER, "deployments", "list", "--name", "counter"], {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        HOME: project,
        CI: "1",
        ...lines(),
        CLOUDFLARE_API_TOKEN: "x".repeat(40),
      },
    });
    expect(answer.code).not.toBe(0);
    expect(`${answer.stdout}${answer.stderr}`).toMatch(/10000/);
  });
});
