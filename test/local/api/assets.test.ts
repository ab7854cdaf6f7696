import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

type Files = Readonly<Record<string, string>>;

const hashOf = (content: string) => createHash("sha256").update(content).digest("hex").slice(0, 32);
const manifestOf = (files: Files) =>
  Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      { hash: hashOf(content), size: Buffer.byteLength(content) },
    ]),
  );

const openedSchema = z.object({ jwt: z.string(), buckets: z.array(z.array(z.string())) });

async function open(script: string, files: Files) {
  const answer = await account.call("POST", `A/workers/scripts/${script}/assets-upload-session`, {
    manifest: manifestOf(files),
  });
  return openedSchema.parse(answer.result);
}

function send(jwt: string, contents: readonly string[], name = hashOf) {
  const form = new FormData();
  for (const content of contents)
    form.append(name(content), new File([Buffer.from(content).toString("base64")], name(content)));
  return account.call("POST", "A/workers/assets/upload?base64=true", form, {
    authorization: `Bearer ${jwt}`,
  });
}

/** The token for the script. */
async function bring(script: string, files: Files): Promise<string> {
  const { jwt, buckets } = await open(script, files);
  const missing = Object.values(files).filter((content) => buckets.flat().includes(hashOf(content)));
  if (missing.length === 0) return jwt;
  return z.object({ jwt: z.string() }).parse((await send(jwt, missing)).result).jwt;
}

async function deploy(script: string, code: string, files: Files, config: object = {}, bindings = BOUND) {
  const assets = { jwt: await bring(script, files), config };
  const answer = await account.upload(script, code, { assets, bindings });
  await account.call("POST", `A/workers/scripts/${script}/subdomain`, { enabled: true });
  return answer;
}

const BOUND = [{ type: "assets", name: "ASSETS" }];
const WORKER = `export default { async fetch(request, env) {
  const url = new URL(request.url);
  if (url.pathname === "/api/through") return env.ASSETS.fetch(new URL("/index.html", url));
  return new Response("worker " + url.pathname);
} };`;

const get = async (script: string, path: string) => {
  const answer = await account.visit(`${script}.local.localhost`, path);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};

const FILES = {
  "/index.html": "<h1>home</h1>",
  "/about.html": "<h1>about</h1>",
  "/404.html": "<h1>lost</h1>",
  "/img/a b.txt": "blank",
  "/app.js": "let a",
};

describe("static assets", { timeout: 30_000 }, () => {
  it("are uploaded once, served before the Worker, with their type, and reached by its binding", async () => {
    const opened = await open("site", FILES);
    expect(opened.buckets.flat().sort()).toEqual(Object.values(FILES).map(hashOf).sort());
    expect(await deploy("site", WORKER, FILES)).toMatchObject({ status: 200, result: { has_assets: true } });
    expect(await get("site", "/")).toMatchObject({ status: 200, text: "<h1>home</h1>" });
    expect((await get("site", "/app.js")).headers.get("content-type")).toContain("text/javascript");
    expect(await get("site", "/about")).toMatchObject({ status: 200, text: "<h1>about</h1>" });
    expect((await get("site", "/about.html")).headers.get("location")).toBe("/about");
    expect(await get("site", "/img/a%20b.txt")).toMatchObject({ status: 200, text: "blank" });
    expect(await get("site", "/none")).toMatchObject({ status: 200, text: "worker /none" });
    expect(await get("site", "/api/through")).toMatchObject({ text: "<h1>home</h1>" });
    expect((await open("site", FILES)).buckets).toEqual([]);
  });

  it("follow html_handling, not_found_handling, run_worker_first, _headers and _redirects", async () => {
    const config = {
      html_handling: "none",
      not_found_handling: "404-page",
      run_worker_first: ["/api/*"],
      _headers: "/app.js\n  X-Own: yes\n",
      _redirects: "/old /app.js 301\n",
    };
    await deploy("rules", WORKER, { ...FILES, "/api/file.txt": "hidden" }, config);
    expect(await get("rules", "/about.html")).toMatchObject({ status: 200, text: "<h1>about</h1>" });
    expect((await get("rules", "/app.js")).headers.get("x-own")).toBe("yes");
    expect((await get("rules", "/old")).headers.get("location")).toBe("/app.js");
    expect(await get("rules", "/api/file.txt")).toMatchObject({ text: "worker /api/file.txt" });
    await deploy("single", WORKER, FILES, { not_found_handling: "single-page-application" }, []);
    const page = await account.visit("single.local.localhost", "/deep/link", {
      "sec-fetch-mode": "navigate",
    });
    expect(await page.text()).toBe("<h1>home</h1>");
  });

  it("need no Worker at all", async () => {
    const form = new FormData();
    const jwt = await bring("pages", FILES);
    form.set("metadata", JSON.stringify({ assets: { jwt, config: {} }, compatibility_date: "2026-08-01" }));
    expect((await account.call("PUT", "A/workers/scripts/pages", form)).status).toBe(200);
    await account.call("POST", "A/workers/scripts/pages/subdomain", { enabled: true });
    expect(await get("pages", "/")).toMatchObject({ status: 200, text: "<h1>home</h1>" });
    expect((await get("pages", "/none")).status).toBe(404);
  });

  it("belong to their version: each of a split has its own, also under the binding, and Workers tied together too", async () => {
    await deploy("two", WORKER, { "/index.html": "old" });
    const jwt = await bring("two", { "/index.html": "new" });
    const form = uploadForm(WORKER, { assets: { jwt, config: {} }, bindings: BOUND });
    const { id } = z
      .object({ id: z.string() })
      .parse((await account.call("POST", "A/workers/scripts/two/versions", form)).result);
    const live = await account.call("GET", "A/workers/scripts/two/deployments");
    const [old] = z
      .object({ deployments: z.array(z.object({ versions: z.array(z.object({ version_id: z.string() })) })) })
      .parse(live.result)
      .deployments.flatMap(({ versions }) => versions.map(({ version_id }) => version_id));
    const neighbour = [...BOUND, { type: "service", name: "TWO", service: "two" }];
    const through = `export default { fetch: (request, env) => env.TWO.fetch(new URL("/api/through", request.url)) };`;
    await deploy("neighbour", through, { "/own.html": "own" }, {}, neighbour);
    await account.call("POST", "A/workers/scripts/two/deployments", {
      strategy: "percentage",
      versions: [
        { version_id: id, percentage: 50 },
        { version_id: old, percentage: 50 },
      ],
    });
    const seen = async (script: string, path: string, count: number) =>
      new Set(
        (await Promise.all(Array.from({ length: count }, () => get(script, path)))).map(({ text }) => text),
      );
    expect(await seen("two", "/", 40)).toEqual(new Set(["old", "new"]));
    expect(await seen("two", "/api/through", 40)).toEqual(new Set(["old", "new"]));
    expect(await seen("neighbour", "/", 40)).toEqual(new Set(["old", "new"]));
    expect((await get("neighbour", "/own")).text).toBe("own");
  });

  it("are there after a new start", async () => {
    await deploy("kept", WORKER, { "/index.html": "kept", "/other.html": "kept too" });
    await account.stop();
    account = await startTestAccount({ directory: account.directory });
    expect((await get("kept", "/other")).text).toBe("kept too");
  });

  it("are refused with a foreign, an incomplete or a made-up token, with a wrong size, and when not expected", async () => {
    const { jwt } = await open("careful", { "/a.txt": "something new" });
    expect(await account.upload("careful", WORKER, { assets: { jwt, config: {} } })).toMatchObject({
      status: 400,
      message: expect.stringContaining("1 files are missing"),
    });
    expect((await send(jwt, ["stranger"])).message).toContain("is expected");
    expect((await send(jwt, ["short"], () => hashOf("something new"))).message).toContain(
      "its manifest says 13",
    );
    expect((await send(`${jwt}x`, ["something new"])).status).toBe(403);
    expect((await send("nonsense", ["something new"])).status).toBe(403);
    const other = await bring("careful", { "/a.txt": "something new" });
    expect(await account.upload("other", WORKER, { assets: { jwt: other, config: {} } })).toMatchObject({
      status: 403,
    });
    const outside = { "/../../account.sqlite": { hash: hashOf("x"), size: 1 } };
    const answer = await account.call("POST", "A/workers/scripts/careful/assets-upload-session", {
      manifest: outside,
    });
    expect(answer.status).toBe(400);
  });
});
