import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Answer, startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

const idOf = ({ result, message }: Answer): string => z.object({ id: z.string() }, message).parse(result).id;
const counter = `import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  fetch() {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS calls (at INTEGER)");
    sql.exec("INSERT INTO calls VALUES (1)");
    return new Response(String(sql.exec("SELECT count(*) AS n FROM calls").one().n));
  }
}
export default { fetch(request, { COUNTER }) { return COUNTER.getByName("one").fetch(request); } };`;

const version = (code: string, more: object = {}) => ({
  main_module: "w.mjs",
  compatibility_date: "2026-08-01",
  modules: [
    {
      name: "w.mjs",
      content_type: "application/javascript+module",
      content_base64: Buffer.from(code).toString("base64"),
    },
  ],
  ...more,
});
const bound = { bindings: [{ type: "durable_object_namespace", name: "COUNTER", class_name: "Counter" }] };
const create = (name: string) =>
  account.call("POST", "A/workers/workers", { name, subdomain: { enabled: true } });
const deploy = (name: string, ...ids: string[]) =>
  account.call("POST", `A/workers/scripts/${name}/deployments`, {
    strategy: "percentage",
    versions: ids.map((version_id) => ({ version_id, percentage: 100 / ids.length })),
  });
const visit = async (name: string) => (await account.visit(`${name}.local.localhost`)).text();

it("a Worker without a version answers nobody, and its script is not found", async () => {
  expect((await create("empty")).result).toMatchObject({ name: "empty", deployed_on: null });
  expect((await account.visit("empty.local.localhost")).status).toBe(404);
  expect(await account.call("GET", "A/workers/scripts/empty/settings")).toMatchObject({ code: 10007 });
  expect(await create("empty")).toMatchObject({
    status: 400,
    message: expect.stringContaining("exists already"),
  });
  expect((await account.call("DELETE", "A/workers/workers/empty")).status).toBe(200);
  expect((await account.call("GET", "A/workers/workers/empty")).status).toBe(404);
});

it("a migration is applied once, when its version is deployed, and another name keeps the objects' data", async () => {
  const worker = idOf(await create("counts"));
  const versions = `A/workers/workers/${worker}/versions`;
  const migrations = { new_tag: "v1", new_sqlite_classes: ["Counter"] };
  expect(await account.call("POST", versions, version(counter, bound))).toMatchObject({ code: 10061 });
  const first = idOf(await account.call("POST", versions, version(counter, { ...bound, migrations })));
  const second = idOf(await account.call("POST", versions, version(counter, { ...bound, migrations })));
  expect(await deploy("counts", first, second)).toMatchObject({
    status: 400,
    message: expect.stringContaining("all the traffic"),
  });
  expect((await deploy("counts", first)).status).toBe(200);
  expect(await visit("counts")).toBe("1");
  expect(await deploy("counts", second)).toMatchObject({ status: 412, code: 10079 });
  expect((await deploy("counts", first)).status).toBe(200);
  expect(await visit("counts")).toBe("2");

  expect((await account.call("PATCH", `A/workers/workers/${worker}`, { name: "renamed" })).status).toBe(200);
  expect(await visit("renamed")).toBe("3");
  expect((await account.visit("counts.local.localhost")).status).toBe(404);
  expect(await account.call("DELETE", `${versions}/${first}`)).toMatchObject({
    status: 400,
    message: expect.stringContaining("active deployment"),
  });

  await account.upload("user", "export default { fetch() {} };", {
    bindings: [{ ...bound.bindings[0], script_name: "renamed" }],
  });
  expect(await account.call("PATCH", `A/workers/workers/${worker}`, { name: "counts" })).toMatchObject({
    status: 501,
    message: expect.stringContaining("'user' names it"),
  });
  expect((await account.call("GET", `A/workers/workers/${worker}`)).result).toMatchObject({
    references: { durable_objects: [{ worker_name: "user", namespace_name: "renamed_Counter" }] },
  });
});

it("what a version cannot have here is refused by name", async () => {
  const versions = `A/workers/workers/${idOf(await create("strict"))}/versions`;
  const refused = async (path: string, body: object) => (await account.call("POST", path, body)).message;
  expect(await refused(`${versions}?deploy=true`, version("export default {};"))).toContain("?deploy=true");
  expect(await refused(versions, version("export default {};", { containers: [{}] }))).toContain(
    "'containers'",
  );
  expect(await refused(versions, version("export default {};", { main_module: "no.mjs" }))).toContain(
    "no.mjs",
  );
});
