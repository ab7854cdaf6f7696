import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually, startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

const hello = (text: string) =>
  `export default { fetch() { return new Response(${JSON.stringify(text)}); } };`;

const counter = (className: string) => `import { DurableObject } from "cloudflare:workers";
export class ${className} extends DurableObject {
  add() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (v)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    return this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one().n;
  }
}
export default { async fetch(r, env) { return new Response(String(await env.COUNTER.getByName("a").add())); } };`;

const counterBinding = (className: string) => ({
  bindings: [{ type: "durable_object_namespace", name: "COUNTER", class_name: className }],
});

const enable = (name: string) =>
  account.call("POST", `A/workers/scripts/${name}/subdomain`, { enabled: true });
const text = async (script: string) => (await account.visit(`${script}.local.localhost`)).text();

describe("an upload", () => {
  it("is served, listed, and gives back what the official provider reads", async () => {
    const observability = {
      enabled: true,
      head_sampling_rate: 1,
      logs: { enabled: true, invocation_logs: true },
    };
    const put = await account.upload("plain", hello("one"), {
      observability,
      bindings: [
        { type: "secret_text", name: "KEY", text: "hush" },
        { type: "plain_text", name: "A", text: "b" },
      ],
    });
    expect(put).toMatchObject({ status: 200, result: { id: "plain", handlers: ["fetch"] } });
    expect((await account.call("GET", "A/workers/scripts/plain/subdomain")).result).toEqual({
      enabled: false,
      previews_enabled: false,
    });
    await enable("plain");
    expect(await text("plain")).toBe("one");

    const settings = await account.call("GET", "A/workers/scripts/plain/settings");
    expect(settings.result).toMatchObject({ placement: {}, observability, tail_consumers: [], tags: [] });
    expect(JSON.stringify(settings.result)).not.toContain("hush");
    expect((await account.call("GET", "A/workers/services/plain")).result).toMatchObject({
      default_environment: { environment: "production", script: { id: "plain", observability } },
    });
    const listed = await account.call("GET", "A/workers/scripts");
    expect(listed.result).toMatchObject([{ id: "plain", etag: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  });

  it("gives its code back with the main module first, byte for byte", async () => {
    const form = uploadForm(
      `import text from "./a.txt"; export default { fetch: () => new Response(text) };`,
    );
    const reordered = new FormData();
    reordered.set("a.txt", new File(["words"], "a.txt", { type: "text/plain" }));
    for (const [name, value] of form) reordered.set(name, value);
    expect((await account.call("PUT", "A/workers/scripts/modules", reordered)).status).toBe(200);
    await enable("modules");
    expect(await text("modules")).toBe("words");

    const content = await fetch(
      `${account.apiUrl}/accounts/${account.accountId}/workers/scripts/modules/content/v2`,
      { headers: { authorization: `Bearer ${account.apiToken}` } },
    );
    expect(content.headers.get("cf-entrypoint")).toBe("index.mjs");
    const parts = await content.formData();
    expect([...parts.keys()]).toEqual(["index.mjs", "a.txt"]);
    const first = parts.get("index.mjs");
    expect(typeof first === "string" ? first : await first?.text()).toContain("import text from");
  });

  it("that throws at start-up is 400/10021 with the message, and the running version stays", async () => {
    await account.upload("steady", hello("good"));
    await enable("steady");
    const refused = await account.upload("steady", "nope.nope();\nexport default {};");
    expect(refused).toMatchObject({ status: 400, code: 10021 });
    expect(refused.message).toContain("ReferenceError: nope is not defined");
    expect(refused.message).toContain("index.mjs:1:1");
    expect(await text("steady")).toBe("good");
  });

  it("with a binding type that cannot be given is refused by name", async () => {
    const refused = await account.upload("bound", hello("x"), { bindings: [{ type: "queue", name: "Q" }] });
    expect(refused).toMatchObject({ status: 501, code: 10021 });
    expect(refused.message).toContain("'Q' of type 'queue'");
    expect((await account.call("GET", "A/workers/services/bound")).code).toBe(10090);
  });

  it("of a script that is not there is 404/10007 to read and to delete", async () => {
    for (const path of ["", "/settings", "/content/v2", "/deployments"])
      expect(await account.call("GET", `A/workers/scripts/absent${path}`)).toMatchObject({
        status: 404,
        code: 10007,
      });
    expect(await account.call("DELETE", "A/workers/scripts/absent")).toMatchObject({
      status: 404,
      code: 10007,
    });
  });
});

describe("Durable Object migrations", () => {
  it("create, refuse a second time, rename with the data kept, delete with the data gone", async () => {
    const v1 = {
      ...counterBinding("Counter"),
      migrations: { new_tag: "v1", new_sqlite_classes: ["Counter"] },
    };
    expect((await account.upload("counter", counter("Counter"), v1)).result).toMatchObject({
      migration_tag: "v1",
    });
    await enable("counter");
    expect(await text("counter")).toBe("1");

    expect(await account.upload("counter", counter("Counter"), v1)).toMatchObject({
      status: 412,
      code: 10079,
    });
    expect((await account.upload("counter", counter("Counter"), counterBinding("Counter"))).status).toBe(200);
    expect(await text("counter")).toBe("2");

    const before = await account.call("GET", "A/workers/durable_objects/namespaces");
    const renamed = await account.upload("counter", counter("Tally"), {
      ...counterBinding("Tally"),
      migrations: { old_tag: "v1", new_tag: "v2", renamed_classes: [{ from: "Counter", to: "Tally" }] },
    });
    expect(renamed.status).toBe(200);
    expect(await text("counter")).toBe("3");
    const after = await account.call("GET", "A/workers/durable_objects/namespaces");
    expect(after.result).toMatchObject([{ class: "Tally", script: "counter", use_sqlite: true }]);
    expect(idsOf(after.result)).toEqual(idsOf(before.result));

    const dropped = { old_tag: "v2", new_tag: "v3", deleted_classes: ["Tally"] };
    expect((await account.upload("counter", hello("none"), { migrations: dropped })).status).toBe(200);
    const back = { old_tag: "v3", new_tag: "v4", new_sqlite_classes: ["Tally"] };
    await account.upload("counter", counter("Tally"), { ...counterBinding("Tally"), migrations: back });
    expect(await text("counter")).toBe("1");
  });

  it("a class bound without a migration is 10061, migrated but not exported 10070", async () => {
    const bound = await account.upload("objects", counter("Counter"), counterBinding("Counter"));
    expect(bound).toMatchObject({ status: 400, code: 10061 });
    expect(bound.message).toContain("'Counter'");
    const missing = await account.upload("objects", counter("Other"), {
      ...counterBinding("Counter"),
      migrations: { new_tag: "v1", new_sqlite_classes: ["Counter"] },
    });
    expect(missing).toMatchObject({ status: 400, code: 10070 });
    expect((await account.call("GET", "A/workers/services/objects")).status).toBe(404);
  });

  it("deleting the script takes routes and data with it", async () => {
    await account.upload("gone", counter("Counter"), {
      ...counterBinding("Counter"),
      migrations: { new_tag: "v1", new_sqlite_classes: ["Counter"] },
    });
    await account.call("POST", `/zones/${account.zoneId}/workers/routes`, {
      pattern: "gone.localhost/*",
      script: "gone",
    });
    expect((await account.visit("gone.localhost")).status).toBe(200);
    expect((await account.call("DELETE", "A/workers/scripts/gone")).status).toBe(200);
    expect((await account.visit("gone.localhost")).status).toBe(404);
    const namespaces = await account.call("GET", "A/workers/durable_objects/namespaces");
    expect(JSON.stringify(namespaces.result)).not.toContain('"gone"');
  });
});

describe("versions and deployments", () => {
  it("a version waits without traffic until it is deployed, and an older one can come back", async () => {
    await account.upload("staged", hello("first"));
    await enable("staged");
    const uploaded = await account.call(
      "POST",
      "A/workers/scripts/staged/versions",
      uploadForm(hello("second")),
    );
    expect(uploaded).toMatchObject({ status: 200, result: { number: 2, resources: { script: {} } } });
    expect(await text("staged")).toBe("first");

    const versions = (await account.call("GET", "A/workers/scripts/staged/versions")).result;
    const [second, first] = idsOf(Object(versions).items);
    await deploy(second);
    expect(await text("staged")).toBe("second");
    await deploy(first);
    expect(await text("staged")).toBe("first");
    const deployments = (await account.call("GET", "A/workers/scripts/staged/deployments")).result;
    expect(deployments).toMatchObject({
      deployments: [{ versions: [{ version_id: first, percentage: 100 }] }, {}, {}],
    });
  });

  const deploy = (version: string | undefined) =>
    account.call("POST", "A/workers/scripts/staged/deployments", {
      strategy: "percentage",
      versions: [{ version_id: version, percentage: 100 }],
    });

  it("a version with a migration is 10211", async () => {
    await account.upload("split", hello("x"));
    const form = uploadForm(counter("Counter"), {
      migrations: { new_tag: "v1", new_sqlite_classes: ["Counter"] },
    });
    expect((await account.call("POST", "A/workers/scripts/split/versions", form)).code).toBe(10211);
  });

  it("a binding changed by hand is a new version that serves at once", async () => {
    const code = `export default { fetch: (r, env) => new Response(env.A + env.KEY) };`;
    await account.upload("hand", code, { bindings: [{ type: "secret_text", name: "KEY", text: "k" }] });
    await enable("hand");
    const form = new FormData();
    const bindings = [
      { type: "plain_text", name: "A", text: "changed" },
      { type: "inherit", name: "KEY" },
    ];
    form.set("settings", JSON.stringify({ bindings }));
    expect((await account.call("PATCH", "A/workers/scripts/hand/settings", form)).status).toBe(200);
    expect(await text("hand")).toBe("changedk");
  });
});

describe("bindings that work", () => {
  it("json, ratelimit, version metadata, another Worker, and data points with their time", async () => {
    await account.upload("callee", hello("from callee"));
    await account.upload(
      "caller",
      `export default { async fetch(r, env) {
        env.POINTS.writeDataPoint({ blobs: ["b"], doubles: [1.5], indexes: ["i"] });
        const limits = [];
        for (let i = 0; i < 3; i++) limits.push((await env.LIMIT.limit({ key: "k" })).success);
        return Response.json([env.J, limits, env.META.id.length, await (await env.CALLEE.fetch("http://x/")).text()]);
      } };`,
      {
        bindings: [
          { type: "json", name: "J", json: { deep: [1] } },
          { type: "ratelimit", name: "LIMIT", namespace_id: "1", simple: { limit: 2, period: 60 } },
          { type: "version_metadata", name: "META" },
          { type: "service", name: "CALLEE", service: "callee" },
          { type: "analytics_engine", name: "POINTS", dataset: "points" },
        ],
      },
    );
    await enable("caller");
    const before = Date.now();
    expect(JSON.parse(await text("caller"))).toEqual([{ deep: [1] }, [true, true, false], 36, "from callee"]);
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(`${account.directory}/account.sqlite`, { readOnly: true });
    const point = await eventually(() => {
      const row = db.prepare("SELECT * FROM data_points WHERE dataset = 'points'").get();
      if (row === undefined) throw new Error("no data point yet");
      return row;
    });
    db.close();
    expect(point).toMatchObject({ blobs: '["b"]', doubles: "[1.5]", indexes: '["i"]' });
    expect(Number(point.at_ms)).toBeGreaterThanOrEqual(before);
    const refused = await account.call("DELETE", "A/workers/scripts/callee");
    expect(refused).toMatchObject({ code: 10064, message: expect.stringContaining("'caller'") });
  });

  it("a Worker that throws is told in the log with its name and its request", async () => {
    await account.upload("thrower", `export default { fetch() { throw new Error("boom"); } };`);
    await enable("thrower");
    expect((await account.visit("thrower.local.localhost", "/here")).status).toBe(500);
    await eventually(() => expect(account.logs.join("\n")).toMatch(/\[thrower\] GET .*\/here Error: boom/));
  });
});

const idsOf = (list: unknown): string[] =>
  z
    .array(z.object({ id: z.string() }))
    .parse(list)
    .map(({ id }) => id);
