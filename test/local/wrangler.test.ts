/** wrangler itself, unchanged, against the account: what a person types with the printed environment lines. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually, startTestAccount, type TestAccount } from "./test-account.ts";

const WRANGLER = fileURLToPath(new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url));

let account: TestAccount;
let project: string;

beforeAll(async () => {
  account = await startTestAccount();
  project = mkdtempSync(join(tmpdir(), "wrangler-project-"));
});
afterAll(async () => {
  await account.remove();
  rmSync(project, { recursive: true, force: true });
});

function spawnWrangler(args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      HOME: project,
      CI: "1",
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_API_BASE_URL: account.apiUrl,
      CLOUDFLARE_API_TOKEN: account.apiToken,
      CLOUDFLARE_ACCOUNT_ID: account.accountId,
    },
  });
  let text = "";
  const collect = (chunk: Buffer) => {
    text += chunk;
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return { child, output: () => text };
}

/** Runs to the end. `input` goes to stdin. */
function wrangler(args: readonly string[], input = ""): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnWrangler(args);
  child.stdin?.end(input);
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, output: output() }));
  });
}

async function good(args: readonly string[], input = ""): Promise<string> {
  const { code, output } = await wrangler(args, input);
  expect(code, output).toBe(0);
  return output;
}

const config = (extra: object = {}) => ({
  name: "own",
  main: "index.js",
  compatibility_date: "2026-08-01",
  durable_objects: { bindings: [{ name: "ROOM", class_name: "Room" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
  vars: { GREETING: "hello" },
  analytics_engine_datasets: [{ binding: "POINTS", dataset: "own" }],
  workers_dev: true,
  routes: [
    { pattern: "own.localhost/api/*", zone_name: "localhost" },
    { pattern: "www.own.localhost", custom_domain: true },
  ],
  ...extra,
});

const code = (className: string) => `import { DurableObject } from "cloudflare:workers";
export class ${className} extends DurableObject {
  add() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (v)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    return this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one().n;
  }
}
export default { async fetch(request, env) {
  console.log("seen", new URL(request.url).pathname);
  env.POINTS.writeDataPoint({ blobs: ["x"] });
  await env.KV.put("last", env.GREETING);
  return new Response([env.GREETING, env.KEY, await env.ROOM.getByName("a").add()].join(" "));
} };`;

function write(settings: object, source: string): void {
  writeFileSync(join(project, "wrangler.json"), JSON.stringify(settings));
  writeFileSync(join(project, "index.js"), source);
}

const visit = async (host: string, path = "/") => (await account.visit(host, path)).text();

describe("wrangler", { timeout: 60_000 }, () => {
  let kv: { binding: string; id: string }[];

  it("deploys a Worker of its own with a Durable Object, KV, vars, a route and a custom domain", async () => {
    await good(["kv", "namespace", "create", "own-kv"]);
    const listed = await account.call("GET", "A/storage/kv/namespaces");
    kv = z
      .array(z.object({ id: z.string() }))
      .parse(listed.result)
      .map(({ id }) => ({ binding: "KV", id }));
    write(config({ kv_namespaces: kv }), code("Room"));
    expect(await good(["deploy"])).toContain("Current Version ID");
    expect(await visit("own.local.localhost")).toBe("hello  1");
    expect(await visit("own.localhost", "/api/x")).toBe("hello  2");
    expect(await visit("www.own.localhost")).toBe("hello  3");
  });

  it("puts a secret that the next deploy keeps, and renames a class with its data", async () => {
    await good(["secret", "put", "KEY"], "hush");
    expect(await visit("own.local.localhost")).toBe("hello hush 4");
    const migrations = [
      { tag: "v1", new_sqlite_classes: ["Room"] },
      { tag: "v2", renamed_classes: [{ from: "Room", to: "Salon" }] },
    ];
    const durable_objects = { bindings: [{ name: "ROOM", class_name: "Salon" }] };
    write(
      config({ kv_namespaces: kv, migrations, durable_objects, vars: { GREETING: "hi" } }),
      code("Salon"),
    );
    await good(["deploy"]);
    expect(await visit("own.local.localhost")).toBe("hi hush 5");
    expect(await good(["secret", "list"])).toContain('"KEY"');
    expect(await good(["deployments", "list"])).toContain("(100%)");
  });

  it("reads and writes the Worker's KV values", async () => {
    expect(await good(["kv", "key", "get", "last", "--binding", "KV", "--remote"])).toContain("hi");
    await good(["kv", "key", "put", "a/b c", "value", "--binding", "KV", "--remote"]);
    expect(await good(["kv", "key", "list", "--binding", "KV", "--remote"])).toContain('"a/b c"');
  });

  it("tails what happens from the moment it is connected", async () => {
    const { child, output } = spawnWrangler(["tail", "own", "--format", "json"]);
    const ended = new Promise((resolve) => child.on("close", resolve));
    try {
      await eventually(async () => {
        await account.visit("own.local.localhost", "/tailed");
        expect(output()).toContain("/tailed");
      }, 30_000);
      await eventually(() => expect(output()).toMatch(/"message": \[\s*"seen",\s*"\/tailed"/));
      expect(output()).toContain('"scriptName": "own"');
    } finally {
      child.kill("SIGTERM");
      await ended;
    }
  });

  it("is told by name why a broken script is not taken, and the good one stays", async () => {
    write(
      { name: "broken", main: "index.js", compatibility_date: "2026-08-01" },
      "nope.nope(); export default {};",
    );
    const { code: exit, output } = await wrangler(["deploy"]);
    expect(exit).not.toBe(0);
    expect(output).toContain("ReferenceError: nope is not defined");
    expect(output).toContain("[code: 10021]");
    expect(await visit("own.local.localhost")).toContain("hi hush");
  });

  it("knows who it is, and deletes what it deployed", async () => {
    expect(await good(["whoami"])).toContain(account.accountId);
    await good(["delete", "own", "--force"]);
    expect((await account.visit("own.local.localhost")).status).toBe(404);
    expect((await account.call("GET", "A/workers/scripts")).result).toEqual([]);
  });
});
