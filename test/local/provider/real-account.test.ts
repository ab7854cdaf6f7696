import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalAccount, startAccount } from "../../../local/account.ts";
import type { Properties } from "../../../local/provider/values.ts";
import { attachEngine, type Engine } from "./engine.ts";
import { TYPES, urn } from "./lab.ts";

const SUBDOMAIN = "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain";
const DOMAIN = "cloudflare:index/workersCustomDomain:WorkersCustomDomain";
const WORKER = "cloudflare:index/worker:Worker";
const VERSION = "cloudflare:index/workerVersion:WorkerVersion";
const DEPLOYMENT = "cloudflare:index/workersDeployment:WorkersDeployment";
const GET_SCRIPTS = "cloudflare:index/getWorkersScripts:getWorkersScripts";
const GET_ZONE = "cloudflare:index/getZone:getZone";

const code = (text: string): string => `
  import { DurableObject } from "cloudflare:workers";
  export class Room extends DurableObject {}
  export default { fetch: () => new Response("${text}") };
`;

const folder = mkdtempSync(join(tmpdir(), "provider-account-"));
let account: LocalAccount;
let engine: Engine;

beforeAll(async () => {
  account = await startAccount({ directory: folder, edgePort: 0, apiPort: 0 });
  engine = attachEngine(account.providerPort);
  await engine.handshake();
  await engine.configure({ baseUrl: account.apiUrl, apiToken: account.apiToken });
}, 60_000);

afterAll(async () => {
  engine?.close();
  await account?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** One resource through what the engine does with it: create, look for changes, refresh, look again. */
async function settled(type: string, inputs: Properties) {
  const at = urn(type);
  const { reasons } = await engine.check(type, at, inputs);
  expect(reasons, type).toEqual([]);
  const { id, properties } = await engine.create(type, at, inputs);
  const calm = { changes: false, diffs: [], replaces: [] };
  expect(await engine.diff(type, at, id, properties, inputs), `${type} after create`).toEqual(calm);
  const read = await engine.read(type, at, id, properties, inputs);
  expect(await engine.diff(type, at, id, read.properties, inputs), `${type} after refresh`).toEqual(calm);
  expect(read.inputs, `${type} inputs`).toMatchObject(inputs.bindings === undefined ? inputs : {});
  return { id, state: read.properties };
}

const scriptInputs = (text: string, namespaceId: string): Properties => ({
  accountId: account.accountId,
  scriptName: "chat",
  mainModule: "w.mjs",
  content: code(text),
  compatibilityDate: "2026-01-01",
  compatibilityFlags: ["nodejs_compat"],
  bindings: [
    { name: "DATASET", type: "analytics_engine", dataset: "events" },
    { name: "KEY", type: "secret_text", text: "s3cret" },
    { name: "KV", type: "kv_namespace", namespaceId },
    { name: "ROOM", type: "durable_object_namespace", className: "Room" },
    { name: "WORD", type: "plain_text", text: "hello" },
  ],
  observability: {
    enabled: true,
    headSamplingRate: 1,
    logs: { enabled: true, headSamplingRate: 1, invocationLogs: true, persist: true },
  },
});

describe("against the local account", () => {
  it("a stack is created, stays unchanged, is updated, imported and deleted without a trace", async () => {
    const { accountId } = account;
    const zone = await engine.invoke(GET_ZONE, { filter: { name: account.zoneName } });
    expect(zone.id).toBe(account.zoneId);

    const namespace = await settled(TYPES.namespace, { accountId, title: "rooms" });
    const key = await settled(TYPES.key, {
      accountId,
      namespaceId: namespace.id,
      keyName: "room/a b",
      value: "1",
      metadata: '{"z":1, "a":2}',
    });
    const first = scriptInputs("one", namespace.id);
    const script = await settled(TYPES.script, {
      ...first,
      migrations: { newTag: "v1", newSqliteClasses: ["Room"] },
    });
    const subdomain = await settled(SUBDOMAIN, { accountId, scriptName: "chat", enabled: true });
    const route = await settled(TYPES.route, {
      zoneId: account.zoneId,
      pattern: `${account.zoneName}/*`,
      script: "chat",
    });
    const domain = await settled(DOMAIN, {
      accountId,
      zoneId: account.zoneId,
      hostname: `app.${account.zoneName}`,
      service: "chat",
    });
    const cron = await settled(TYPES.cron, {
      accountId,
      scriptName: "chat",
      schedules: [{ cron: "*/5 * * * *" }],
    });
    const { results } = await engine.invoke(GET_SCRIPTS, { accountId });
    expect(results).toMatchObject([{ id: "chat", migrationTag: "v1", etag: script.state.etag }]);

    const at = urn(TYPES.script);
    const next = scriptInputs("two", namespace.id);
    const updated = await engine.update(TYPES.script, at, "chat", script.state, next);
    expect(await (await fetch(account.edgeUrl)).text()).toBe("two");
    expect(updated.properties.migrationTag).toBe("v1");
    const repeated = engine.update(TYPES.script, at, "chat", script.state, {
      ...next,
      migrations: { newTag: "v1", newSqliteClasses: ["Room"] },
    });
    await expect(repeated).rejects.toThrow(/412 Precondition Failed .*"code":10079/);

    const imported = await engine.read(TYPES.script, at, `${accountId}/chat`);
    expect(imported.id).toBe("chat");
    expect(imported.inputs.bindings).toMatchObject([
      { name: "DATASET" },
      { name: "KV", namespaceId: namespace.id },
      { name: "ROOM", className: "Room" },
      { name: "WORD" },
    ]);
    for (const [type, id] of [
      [TYPES.namespace, `${accountId}/${namespace.id}`],
      [TYPES.key, `${accountId}/${namespace.id}/room%2Fa%20b`],
      [SUBDOMAIN, `${accountId}/chat`],
      [TYPES.route, `${account.zoneId}/${route.id}`],
      [DOMAIN, `${accountId}/${domain.id}`],
      [TYPES.cron, `${accountId}/chat`],
    ] as const) {
      expect((await engine.read(type, urn(type), id)).id, type).not.toBe("");
    }

    for (const [type, made] of [
      [SUBDOMAIN, subdomain],
      [DOMAIN, domain],
      [TYPES.route, route],
      [TYPES.cron, cron],
      [TYPES.key, key],
      [TYPES.script, script],
      [TYPES.namespace, namespace],
    ] as const) {
      await engine.delete(type, urn(type), made.id, made.state);
    }
    expect((await engine.invoke(GET_SCRIPTS, { accountId })).results).toEqual([]);
    const gone = await engine.read(TYPES.namespace, urn(TYPES.namespace), namespace.id, namespace.state);
    expect(gone.id).toBe("");
  });

  it("a wrong token and a wrong account fail with the API's own code", async () => {
    const stranger = attachEngine(account.providerPort);
    await stranger.handshake();
    await stranger.configure({ baseUrl: account.apiUrl, apiToken: "x".repeat(40) });
    const inputs = { accountId: account.accountId, title: "rooms" };
    const refused = stranger.create(TYPES.namespace, urn(TYPES.namespace), inputs);
    await expect(refused).rejects.toThrow(/40[13] .*"code":10000/);
    stranger.close();
    const elsewhere = { accountId: "f".repeat(32), title: "rooms" };
    const lost = engine.create(TYPES.namespace, urn(TYPES.namespace), elsewhere);
    await expect(lost).rejects.toThrow(/40[34] /);
  });

  it("a Worker, its version and deployment stay unchanged, and another name keeps them", async () => {
    const { accountId } = account;
    const worker = await settled(WORKER, { accountId, name: "newer", observability: { enabled: true } });
    const version = await settled(VERSION, {
      accountId,
      workerId: worker.id,
      mainModule: "w.mjs",
      compatibilityDate: "2026-01-01",
      annotations: { workersMessage: "first" },
      limits: { cpuMs: 50 },
      migrations: { newTag: "v1", newSqliteClasses: ["Room"] },
      modules: [
        {
          name: "w.mjs",
          contentType: "application/javascript+module",
          contentBase64: Buffer.from(code("newer")).toString("base64"),
        },
      ],
      bindings: [
        { name: "WORD", type: "plain_text", text: "hello" },
        { name: "ROOM", type: "durable_object_namespace", className: "Room" },
      ],
    });
    const deploy = (scriptName: string) =>
      settled(DEPLOYMENT, {
        accountId,
        scriptName,
        strategy: "percentage",
        versions: [{ versionId: version.id, percentage: 100 }],
      });
    await deploy("newer");
    const at = urn(WORKER);
    const inputs = { accountId, name: "renamed", observability: { enabled: true } };
    const { properties } = await engine.update(WORKER, at, worker.id, worker.state, inputs, false);
    expect((await engine.diff(WORKER, at, worker.id, properties ?? {}, inputs)).changes).toBe(false);
    const deployed = await deploy("renamed");
    await engine.delete(DEPLOYMENT, urn(DEPLOYMENT), deployed.id, deployed.state);
    await engine.delete(WORKER, at, worker.id, properties ?? {});
    expect(await engine.read(WORKER, at, worker.id, properties ?? {}, inputs)).toMatchObject({ id: "" });
  });
});
