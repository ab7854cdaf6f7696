import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
let base: string;
const namespaceSchema = z.object({ id: z.string() });

beforeAll(async () => {
  account = await startTestAccount();
  const made = await account.call("POST", "A/storage/kv/namespaces", { title: "rooms" });
  base = `A/storage/kv/namespaces/${namespaceSchema.parse(made.result).id}`;
});
afterAll(() => account.remove());

async function value(key: string): Promise<Response> {
  const path = base.replace(/^A\b/, `/accounts/${account.accountId}`);
  return fetch(`${account.apiUrl}${path}/values/${encodeURIComponent(key)}`, {
    headers: { authorization: `Bearer ${account.apiToken}` },
  });
}

const put = (key: string, text: string, metadata?: object) => {
  const form = new FormData();
  form.set("value", text);
  if (metadata !== undefined) form.set("metadata", JSON.stringify(metadata));
  return account.call("PUT", `${base}/values/${encodeURIComponent(key)}`, form);
};

describe("namespaces", () => {
  it("a title that is taken is 400/10014, also by renaming", async () => {
    const twice = await account.call("POST", "A/storage/kv/namespaces", { title: "rooms" });
    expect(twice).toMatchObject({ status: 400, code: 10014 });
    const other = await account.call("POST", "A/storage/kv/namespaces", { title: "other" });
    const { id } = namespaceSchema.parse(other.result);
    expect((await account.call("PUT", `A/storage/kv/namespaces/${id}`, { title: "rooms" })).code).toBe(10014);
    const renamed = await account.call("PUT", `A/storage/kv/namespaces/${id}`, { title: "renamed" });
    expect(renamed.result).toMatchObject({ id, title: "renamed", supports_url_encoding: true });
    expect((await account.call("DELETE", `A/storage/kv/namespaces/${id}`)).status).toBe(200);
    expect((await account.call("GET", `A/storage/kv/namespaces/${id}`)).code).toBe(10013);
  });

  it("one that is missing is 404/10013 for every verb", async () => {
    const absent = `A/storage/kv/namespaces/${"f".repeat(32)}`;
    expect(await account.call("GET", absent)).toMatchObject({ status: 404, code: 10013 });
    expect((await account.call("DELETE", absent)).code).toBe(10013);
    expect((await account.call("GET", `${absent}/keys`)).code).toBe(10013);
    expect((await account.call("PUT", `${absent}/values/k`, { a: 1 })).code).toBe(10013);
  });
});

describe("values", () => {
  it("keys with slashes, blanks and percent signs come back whole, with their metadata", async () => {
    for (const key of ["conf/a b", "100%", "a%2Fb", "ключ?&#"]) {
      expect((await put(key, `value of ${key}`, { by: key })).status).toBe(200);
      expect(await (await value(key)).text()).toBe(`value of ${key}`);
      const metadata = await account.call("GET", `${base}/metadata/${encodeURIComponent(key)}`);
      expect(metadata.result).toEqual({ by: key });
      expect((await account.call("DELETE", `${base}/values/${encodeURIComponent(key)}`)).status).toBe(200);
      expect((await value(key)).status).toBe(404);
    }
  });

  it("a key that is missing is 404/10009, an empty value is a value", async () => {
    expect(await account.call("GET", `${base}/values/absent`)).toMatchObject({ status: 404, code: 10009 });
    await put("empty", "");
    expect((await value("empty")).status).toBe(200);
    expect(await (await value("empty")).text()).toBe("");
  });

  it("an expiry that is too near is refused with the reason", async () => {
    const form = new FormData();
    form.set("value", "x");
    const answer = await account.call("PUT", `${base}/values/soon?expiration_ttl=5`, form);
    expect(answer.status).toBe(400);
    expect(answer.message).toContain("60");
  });

  it("are listed by prefix, page by page", async () => {
    const entries = ["a", "b", "c"].map((name) => ({ key: `page/${name}`, value: name }));
    expect((await account.call("PUT", `${base}/bulk`, entries)).result).toMatchObject({
      successful_key_count: 3,
    });
    const all = await account.call("GET", `${base}/keys?prefix=page/`);
    expect(all.result).toEqual(entries.map(({ key }) => ({ name: key })));
    const got = await account.call("POST", `${base}/bulk/get`, { keys: ["page/a", "absent"] });
    expect(got.result).toEqual({ values: { "page/a": "a", absent: null } });
    await account.call("DELETE", `${base}/bulk`, ["page/a", "page/b"]);
    expect((await account.call("GET", `${base}/keys?prefix=page/`)).result).toEqual([{ name: "page/c" }]);
  });

  it("the API and a Worker see the same ones", async () => {
    const code = `export default { async fetch(r, env) {
      const seen = await env.KV.get("from-api");
      await env.KV.put("from-worker", "w", { metadata: { m: 1 } });
      return new Response(seen);
    } };`;
    const { id } = namespaceSchema.parse({ id: base.split("/").at(-1) });
    await put("from-api", "hello");
    const bindings = [{ type: "kv_namespace", name: "KV", namespace_id: id }];
    expect((await account.upload("reader", code, { bindings })).status).toBe(200);
    await account.call("POST", "A/workers/scripts/reader/subdomain", { enabled: true });
    expect(await (await account.visit("reader.local.localhost")).text()).toBe("hello");
    expect(await (await value("from-worker")).text()).toBe("w");
    expect((await account.call("GET", `${base}/metadata/from-worker`)).result).toEqual({ m: 1 });
  });
});
