/** What wrangler is used for, as promises that hold for every version of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { routesMarked } from "../endpoints/endpoint-table.ts";
import { eventually } from "../test-account.ts";
import { openLab, type WranglerLab } from "./lab.ts";

/** A command of wrangler takes a second or two; on a busy machine many times that. */
const STORY_LIMIT_MS = 120_000;

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
  if (request.method === "DELETE") throw new Error("not today");
  env.POINTS.writeDataPoint({ blobs: ["x"] });
  await env.KV.put("last", env.GREETING);
  return new Response([env.GREETING, env.KEY, await env.ROOM.getByName("a").add()].join(" "));
} };`;

const hello = (expression: string) =>
  `export default { async fetch(request, env) { return new Response(String(${expression})); } };`;

const VERSION_ID = /Version ID:\s+([0-9a-f-]{36})/;
const versionIn = (output: string): string => VERSION_ID.exec(output)?.[1] ?? "no version id was printed";

export function wranglerStories(title: string, bin: () => Promise<string>): void {
  let lab: WranglerLab;
  beforeAll(async () => {
    lab = await openLab(await bin());
  }, STORY_LIMIT_MS);
  afterAll(() => lab.close());

  describe(title, { timeout: STORY_LIMIT_MS }, () => {
    let kv: { binding: string; id: string }[];

    it("deploy: a Worker of its own with a Durable Object, KV, vars, a route and a custom domain", async () => {
      await lab.good(["kv", "namespace", "create", "own-kv"]);
      const listed = await lab.account.call("GET", "A/storage/kv/namespaces");
      kv = z
        .array(z.object({ id: z.string() }))
        .parse(listed.result)
        .map(({ id }) => ({ binding: "KV", id }));
      lab.write({ "wrangler.json": config({ kv_namespaces: kv }), "index.js": code("Room") });
      const said = await lab.good(["deploy"]);
      expect(said).toContain("https://own.local.workers.dev");
      expect(said).toContain("www.own.localhost (custom domain");
      expect(versionIn(said)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await lab.visit("own.local.localhost")).toBe("hello  1");
      expect(await lab.visit("own.localhost", "/api/x")).toBe("hello  2");
      expect(await lab.visit("www.own.localhost")).toBe("hello  3");
    });

    it("secret put, list, bulk and delete: the next deploy keeps them, and a renamed class its data", async () => {
      expect(await lab.good(["secret", "put", "KEY"], "hush")).toContain("Success");
      expect(await lab.visit("own.local.localhost")).toBe("hello hush 4");
      const migrations = [
        { tag: "v1", new_sqlite_classes: ["Room"] },
        { tag: "v2", renamed_classes: [{ from: "Room", to: "Salon" }] },
      ];
      const durable_objects = { bindings: [{ name: "ROOM", class_name: "Salon" }] };
      lab.write({
        "wrangler.json": config({
          kv_namespaces: kv,
          migrations,
          durable_objects,
          vars: { GREETING: "hi" },
        }),
        "index.js": code("Salon"),
        "secrets.json": { OTHER: "1", KEY: "hush again" },
      });
      await lab.good(["deploy"]);
      expect(await lab.visit("own.local.localhost")).toBe("hi hush 5");
      expect(await lab.good(["secret", "bulk", "secrets.json"])).toContain("2 secrets successfully created");
      expect(await lab.visit("own.local.localhost")).toBe("hi hush again 6");
      await lab.good(["secret", "delete", "OTHER"]);
      const listed = await lab.good(["secret", "list"]);
      expect(listed).toContain('"KEY"');
      expect(listed).not.toContain('"OTHER"');
    });

    it("kv namespace, key and bulk", async () => {
      const where = ["--binding", "KV", "--remote"];
      const ttl = 3600;
      lab.write({
        "put.json": [
          { key: "one", value: "1" },
          { key: "two", value: "Mg==", base64: true, expiration_ttl: ttl },
        ],
        "keys.json": ["one", "two"],
      });
      const [namespaces, last, , bulk] = await Promise.all([
        lab.good(["kv", "namespace", "list"]),
        lab.good(["kv", "key", "get", "last", ...where]),
        lab.good(["kv", "key", "put", "a/b c", "value", "--metadata", '{"by":"me"}', ...where]),
        lab.good(["kv", "bulk", "put", "put.json", ...where]),
      ]);
      expect(namespaces).toContain('"own-kv"');
      expect(last).toContain("hi");
      expect(bulk).toContain("Success");
      const [listed, got] = await Promise.all([
        lab.good(["kv", "key", "list", "--prefix", "a/", ...where]),
        lab.good(["kv", "bulk", "get", "keys.json", ...where]),
      ]);
      expect(listed).toMatch(/"name": "a\/b c",\s*"metadata": \{\s*"by": "me"/);
      expect(got).toMatch(/"one": "1",\s*"two": "2"/);
      await Promise.all([
        lab.good(["kv", "bulk", "delete", "keys.json", "--force", ...where]),
        lab.good(["kv", "key", "delete", "a/b c", ...where]),
      ]);
      const left = await lab.good(["kv", "key", "list", ...where]);
      expect(left).toContain('"last"');
      expect(left).not.toMatch(/"one"|"two"|a\/b c/);
    });

    it("tail: JSON and pretty, with filters by method, status, header and search", async () => {
      const hit = (path: string, headers = {}, method?: string) =>
        lab.account.visit("own.local.localhost", path, headers, method);
      const tails = [
        ["--format", "json"],
        ["--format", "pretty", "--header", "x-room:red", "--search", "seen"],
        ["--format", "json", "--method", "DELETE", "--status", "error"],
      ];
      await watching(lab, tails, async (all = silent, red = silent, broken = silent) => {
        await eventually(async () => {
          await hit("/plain");
          await hit("/red", { "x-room": "red" });
          await hit("/broken", {}, "DELETE");
          expect(all()).toMatch(/"message": \[\s*"seen",\s*"\/plain"/);
          expect(red()).toMatch(/GET http:\/\/own\.local\.localhost\/red - Ok/);
          expect(broken()).toContain("not today");
        }, 60_000);
        expect(all()).toContain('"scriptName": "own"');
        expect(red()).toContain("(log) seen /red");
        expect(red()).not.toContain("/plain");
        expect(broken()).not.toContain("/plain");
      });
    });

    it("versions upload, list, view, deploy and secret; deployments list and status; rollback", async () => {
      const before = versionIn(await lab.good(["deployments", "status"]).then(idLine));
      lab.write({
        "wrangler.json": config({
          kv_namespaces: kv,
          vars: { GREETING: "next" },
          migrations: [
            { tag: "v1", new_sqlite_classes: ["Room"] },
            { tag: "v2", renamed_classes: [{ from: "Room", to: "Salon" }] },
          ],
          durable_objects: { bindings: [{ name: "ROOM", class_name: "Salon" }] },
        }),
      });
      const uploaded = await lab.good(["versions", "upload", "--tag", "t1", "--message", "try it"]);
      const next = versionIn(uploaded);
      expect(await lab.visit("own.local.localhost")).toMatch(/^hi /);
      const [listed, viewed] = await Promise.all([
        lab.good(["versions", "list"]),
        lab.good(["versions", "view", next]),
      ]);
      expect(listed).toContain(next);
      expect(listed).toMatch(/Tag:\s+t1\s+Message:\s+try it/);
      expect(viewed).toMatch(/Handlers:\s+fetch/);
      expect(viewed).toContain('env.GREETING ("next")');

      const deployed = await lab.good(["versions", "deploy", `${next}@20%`, `${before}@80%`, "--yes"]);
      expect(deployed).toContain(`Deployed own version ${next} at 20% and version ${before} at 80%`);
      const seen = await Promise.all(Array.from({ length: 60 }, () => lab.visit("own.local.localhost")));
      expect(new Set(seen.map((text) => text.split(" ")[0]))).toEqual(new Set(["hi", "next"]));
      const [status, refused] = await Promise.all([
        lab.good(["deployments", "status"]),
        lab.bad(["secret", "put", "KEY"], "late"),
      ]);
      expect(status).toContain(`(20%) ${next}`);
      expect(status).toContain(`(80%) ${before}`);
      expect(refused).toMatch(/latest version/i);

      await lab.good(["versions", "secret", "put", "LATER"], "later");
      await lab.good(["rollback", before, "--yes", "--message", "not good"]);
      expect(await lab.visit("own.local.localhost")).toMatch(/^hi /);
      const [versions, history] = await Promise.all([
        lab.good(["versions", "list"]),
        lab.good(["deployments", "list"]),
      ]);
      expect(versions).toContain("Secret Change");
      expect(history).toMatch(/Source:\s+Rollback\s+Message:\s+not good/);
      expect(history).toContain(`(100%) ${before}`);
    });

    it("versions upload with a migration that is not applied is refused, and a rollback across one too", async () => {
      const migrations = [
        { tag: "v1", new_sqlite_classes: ["Room"] },
        { tag: "v2", renamed_classes: [{ from: "Room", to: "Salon" }] },
        { tag: "v3", renamed_classes: [{ from: "Salon", to: "Lounge" }] },
      ];
      const before = versionIn(await lab.good(["deployments", "status"]).then(idLine));
      const durable_objects = { bindings: [{ name: "ROOM", class_name: "Lounge" }] };
      lab.write({
        "wrangler.json": config({ kv_namespaces: kv, migrations, durable_objects }),
        "index.js": code("Lounge"),
      });
      expect(await lab.bad(["versions", "upload"])).toMatch(/migration/i);
      await lab.good(["deploy"]);
      expect(await lab.bad(["rollback", before, "--yes", "--message", "no"])).toMatch(/migration/i);
      expect(await lab.visit("own.local.localhost")).toMatch(/^hello /);
    });

    it("triggers deploy: routes without an upload", async () => {
      const routes = [{ pattern: "third.localhost/*", zone_name: "localhost" }];
      const migrations = [{ tag: "v3", new_sqlite_classes: ["Lounge"] }];
      const durable_objects = { bindings: [{ name: "ROOM", class_name: "Lounge" }] };
      lab.write({ "wrangler.json": config({ kv_namespaces: kv, migrations, durable_objects, routes }) });
      expect(await lab.good(["triggers", "deploy"])).toContain("third.localhost/*");
      expect(await lab.visit("third.localhost")).toMatch(/^hello /);
    });

    it("static assets, with a Worker behind them, and their preview before they have traffic", async () => {
      const assets = { directory: "public", binding: "ASSETS", not_found_handling: "404-page" };
      const site = { name: "site", main: "site.js", compatibility_date: "2026-08-01", assets };
      lab.write({
        "site.json": { ...site, workers_dev: true, preview_urls: true },
        "site.js": hello("'worker'"),
        "public/index.html": "<p>first</p>",
        "public/404.html": "<p>nothing</p>",
        "public/_headers": "/*\n  X-Own: yes\n",
      });
      expect(await lab.good(["deploy", "--config", "site.json"])).toContain("Uploaded 2 of 2 assets");
      expect(await lab.visit("site.local.localhost")).toBe("<p>first</p>");
      const missing = await lab.account.visit("site.local.localhost", "/none", {
        "sec-fetch-mode": "navigate",
      });
      expect([missing.status, missing.headers.get("x-own")]).toEqual([404, "yes"]);
      lab.write({ "public/index.html": "<p>second</p>" });
      const said = await lab.good(["versions", "upload", "--config", "site.json"]);
      expect(said).toContain("Uploaded 1 of 1 asset");
      const preview = /https:\/\/([0-9a-f]{8}-site)\.local\.workers\.dev/.exec(said)?.[1];
      expect(await lab.visit(`${preview}.local.localhost`)).toBe("<p>second</p>");
      expect(await lab.visit("site.local.localhost")).toBe("<p>first</p>");
    });

    it("several Workers, bound to each other, deployed and deleted", async () => {
      const base = { compatibility_date: "2026-08-01", workers_dev: true };
      const services = [{ binding: "BACK", service: "back" }];
      lab.write({
        "back.json": { ...base, name: "back", main: "back.js" },
        "back.js": hello("'from back'"),
        "front.json": { ...base, name: "front", main: "front.js", services },
        "front.js": hello("await (await env.BACK.fetch(request)).text()"),
      });
      await lab.good(["deploy", "--config", "back.json"]);
      await lab.good(["deploy", "--config", "front.json"]);
      expect(await lab.visit("front.local.localhost")).toBe("from back");
      await lab.good(["delete", "--config", "front.json", "--force"]);
      await lab.good(["delete", "--config", "back.json", "--force"]);
      expect((await lab.account.visit("back.local.localhost")).status).toBe(404);
    });

    it("a broken script is refused with its own words, and the good one stays", async () => {
      lab.write({
        "broken.json": { name: "own", main: "broken.js", compatibility_date: "2026-08-01" },
        "broken.js": "nope.nope(); export default {};",
      });
      const said = await lab.bad(["deploy", "--config", "broken.json"]);
      expect(said).toContain("ReferenceError: nope is not defined");
      expect(said).toContain("[code: 10021]");
      expect(await lab.visit("own.local.localhost")).toMatch(/^hello /);
    });

    it("whoami, and delete takes everything along", async () => {
      expect(await lab.good(["whoami"])).toContain(lab.account.accountId);
      await lab.good(["delete", "own", "--force"]);
      expect((await lab.account.visit("own.local.localhost")).status).toBe(404);
      const namespaces = await lab.account.call("GET", "A/workers/durable_objects/namespaces");
      expect(namespaces.result).toEqual([]);
    });

    it("the table of docs/local-account.md names it for every endpoint that it asked for", () => {
      expect(routesMarked("wrangler", lab.requests).unexpected).toEqual([]);
    });
  });
}

/** `deployments status` prints `(100%) <id>`. */
const idLine = (output: string): string => `Version ID: ${/\(100%\) (\S+)/.exec(output)?.[1]}`;

type Output = () => string;
const silent: Output = () => "";

/** Several tails at once: `work` gets what each has said. */
async function watching(
  lab: WranglerLab,
  tails: readonly (readonly string[])[],
  work: (...outputs: Output[]) => Promise<void>,
): Promise<void> {
  const started = tails.map((args) => lab.start(["tail", "own", ...args]));
  const ended = started.map(({ child }) => new Promise((resolve) => child.on("close", resolve)));
  try {
    await work(...started.map(({ output }) => output));
  } finally {
    for (const { child } of started) child.kill("SIGTERM");
    await Promise.all(ended);
  }
}
