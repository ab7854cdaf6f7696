/** Endpoints that neither provider nor wrangler nor SDK asks for in a test: the dashboard and people do. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";
import { endpointTable, routesMarked } from "./endpoint-table.ts";

const asked: string[] = [];
let account: TestAccount;

const objects = `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  keep(text) {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS texts (text TEXT)");
    this.ctx.storage.sql.exec("INSERT INTO texts VALUES (?)", text);
  }
}
export default {
  async fetch(request, env) {
    await env.ROOM.getByName("cats").keep("miaow");
    return new Response("kept");
  },
};`;
const room = { type: "durable_object_namespace", name: "ROOM", class_name: "Room" };

beforeAll(async () => {
  account = await startTestAccount();
  await account.upload("watcher", "export default { tail() {} };");
  await account.upload("own", objects, {
    bindings: [room],
    migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
    tail_consumers: [{ service: "watcher" }],
  });
  await account.upload("user", "export default { fetch() {} };", {
    bindings: [{ ...room, script_name: "own" }],
  });
});
afterAll(() => account.remove());

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await account.call(method, path, body);
  asked.push(`${method} ${path.replace(/^A\b/, `/accounts/${account.accountId}`)}`);
  expect(answer, `${method} ${path}: ${answer.message}`).toMatchObject({ status: 200 });
  return answer.result;
}

const idSchema = z.looseObject({ id: z.string() });
const idsOf = (result: unknown) => z.array(idSchema).parse(result);

it("custom domains as records of their Worker, and what a change of them would do", async () => {
  const origins = [{ hostname: "www.localhost" }];
  await account.call("PUT", "A/workers/scripts/own/domains/records", { origins });
  const change = await ask("POST", "A/workers/scripts/user/domains/changeset", [
    ...origins,
    { hostname: "new.localhost" },
  ]);
  expect(change).toMatchObject({
    added: [{ hostname: "new.localhost" }],
    updated: [{ hostname: "www.localhost", service: "own", modified: true }],
  });
  const [record] = idsOf(await ask("GET", "A/workers/domains/records?service=own"));
  expect(record).toMatchObject({ hostname: "www.localhost" });
  const place = `A/workers/domains/records/${record?.id}`;
  expect(await ask("GET", place)).toEqual(record);
  await ask("DELETE", place);
  expect(await ask("GET", "A/workers/domains/records")).toEqual([]);
});

it("a Durable Object namespace by its id", async () => {
  const [namespace] = idsOf((await account.call("GET", "A/workers/durable_objects/namespaces")).result);
  const found = await ask("GET", `A/workers/durable_objects/namespaces/${namespace?.id}`);
  expect(found).toMatchObject({ name: "own_Room", script: "own", class: "Room", use_sqlite: true });
});

it("what an object of a running Worker has stored, by its name or id, and never a write", async () => {
  await account.call("POST", "A/workers/scripts/own/subdomain", { enabled: true });
  expect(await (await account.visit("own.local.localhost")).text()).toBe("kept");
  const [namespace] = idsOf((await account.call("GET", "A/workers/durable_objects/namespaces")).result);
  const place = `A/workers/durable_objects/namespaces/${namespace?.id}`;
  const query = (more: object, sql = "SELECT text, ? AS given FROM texts") => ({
    ...more,
    queries: [{ sql, params: [7] }],
  });
  const answer = [
    { columns: ["text", "given"], rows: [["miaow", 7]], meta: { rows_read: 1, rows_written: 0 } },
  ];
  expect(await ask("POST", `${place}/query`, query({ durable_object_name: "cats" }))).toEqual(answer);
  const stored = await ask("GET", `${place}/objects`);
  expect(stored).toMatchObject([{ id: expect.stringMatching(/^[0-9a-f]{64}$/), hasStoredData: true }]);
  const [{ id } = { id: "" }] = idsOf(stored);
  expect(await ask("POST", `${place}/query`, query({ durable_object_id: id }))).toEqual(answer);

  const refused = (body: unknown) => account.call("POST", `${place}/query`, body);
  const write = await refused(query({ durable_object_id: id }, "INSERT INTO texts VALUES (?)"));
  expect(write).toMatchObject({ status: 400, message: expect.stringContaining("readonly database") });
  expect(await refused(query({ durable_object_name: "dogs" }))).toMatchObject({
    status: 400,
    message: expect.stringContaining("has stored nothing"),
  });
  expect(await refused({ durable_object_name: "cats", queries: [] })).toMatchObject({ status: 400 });
});

it("who would break if a Worker were deleted, and whose events it gets", async () => {
  expect(await ask("GET", "A/workers/scripts/own/references")).toMatchObject({
    durable_objects: [{ service: "user", name: "Room" }],
  });
  expect(await ask("GET", "A/workers/tails/by-consumer/watcher")).toMatchObject([
    { producer: { service: "own" } },
  ]);
});

it("Workers and their versions as the newer part of the API shows them", async () => {
  const workers = idsOf(await ask("GET", "A/workers/workers"));
  const own = workers.find(({ name }) => name === "own");
  expect(await ask("GET", `A/workers/workers/${own?.id}`)).toMatchObject({ name: "own" });
  const version = await ask("GET", "A/workers/workers/own/versions/latest?include=modules");
  expect(version).toMatchObject({ number: 1, main_module: "index.mjs", migration_tag: "v1" });
  const content = Buffer.from(objects).toString("base64");
  expect(version).toMatchObject({ modules: [{ name: "index.mjs", content_base64: content }] });
  const patched = await ask("PATCH", "A/workers/workers/own", { tags: ["kept"] });
  expect(patched).toMatchObject({ tags: ["kept"], tail_consumers: [{ name: "watcher" }] });
  const upload = uploadForm(objects, { bindings: [room] });
  const { id } = idSchema.parse(
    (await account.call("POST", "A/workers/scripts/own/versions", upload)).result,
  );
  await ask("DELETE", `A/workers/workers/own/versions/${id}`);
  const left = idsOf(await ask("GET", "A/workers/workers/own/versions"));
  expect(left).toMatchObject([{ number: 1 }]);
});

it("a query of a dataset, and the account's label, which cannot change", async () => {
  const place = `/accounts/${account.accountId}/analytics_engine/sql`;
  const headers = { authorization: `Bearer ${account.apiToken}` };
  const answer = await fetch(`${account.apiUrl}${place}`, {
    method: "POST",
    headers,
    body: "SELECT 1 AS one",
  });
  expect(await answer.json()).toMatchObject({ data: [{ one: 1 }] });
  const label = await account.call("PUT", "A/workers/subdomain", { subdomain: "other" });
  expect(label).toMatchObject({ status: 501, message: expect.stringContaining("always 'local'") });
  asked.push(`POST ${place}`, `PUT /accounts/${account.accountId}/workers/subdomain`);
});

it("a token with some rights, made from the groups there are, and deleted", async () => {
  const [group] = idsOf(await ask("GET", "/user/tokens/permission_groups"));
  const policies = [{ effect: "allow", permission_groups: [{ id: group?.id }] }];
  const made = z
    .object({ id: z.string(), value: z.string() })
    .parse(await ask("POST", "/user/tokens", { name: "some", policies }));
  expect(made.value).toMatch(/^[\w-]{40,80}$/);
  expect(await ask("DELETE", `/user/tokens/${made.id}`)).toEqual({ id: made.id });
});

it("together they are what the table says that no client asks for", () => {
  expect(routesMarked("own tests", asked)).toEqual({ missing: [], unexpected: [] });
  const nobody = endpointTable().filter(({ clients }) => clients.length === 0);
  expect(nobody).toEqual([]);
});
