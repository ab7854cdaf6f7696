import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
const withId = z.object({ id: z.string() });
const say = (text: string) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;

beforeAll(async () => {
  account = await startTestAccount();
  await account.upload("one", say("one"));
  await account.upload("two", say("two"));
});
afterAll(() => account.remove());

const at = async (host: string, path = "/") => (await account.visit(host, path)).text();

describe("routes", () => {
  const routes = () => `/zones/${account.zoneId}/workers/routes`;

  it("are made, changed, listed and deleted, and the edge follows at once", async () => {
    const made = await account.call("POST", routes(), { pattern: "r.localhost/*", script: "one" });
    const { id } = withId.parse(made.result);
    expect(await at("r.localhost")).toBe("one");
    await account.call("PUT", `${routes()}/${id}`, { pattern: "r.localhost/deep/*", script: "two" });
    expect(await at("r.localhost", "/deep/x")).toBe("two");
    expect((await account.visit("r.localhost", "/")).status).toBe(404);
    expect((await account.call("GET", `${routes()}/${id}`)).result).toEqual({
      id,
      pattern: "r.localhost/deep/*",
      script: "two",
    });
    expect((await account.call("DELETE", `${routes()}/${id}`)).result).toEqual({ id });
    expect((await account.call("GET", `${routes()}/${id}`)).code).toBe(10002);
    expect(await account.call("DELETE", `${routes()}/${id}`)).toMatchObject({ status: 404, code: 10002 });
  });

  it("refuse a taken pattern, a foreign host, a wrong wildcard and a script that is not there", async () => {
    await account.call("POST", routes(), { pattern: "taken.localhost/*", script: "one" });
    const taken = await account.call("POST", routes(), { pattern: "taken.localhost/*", script: "two" });
    expect(taken).toMatchObject({ status: 409, code: 10020 });
    expect(taken.headers.get("x-should-retry")).toBe("false");
    for (const pattern of ["example.com/*", "a*b.localhost/*", "localhost/?q"])
      expect(await account.call("POST", routes(), { pattern, script: "one" })).toMatchObject({
        status: 400,
        code: 10022,
      });
    const absent = await account.call("POST", routes(), { pattern: "x.localhost/*", script: "absent" });
    expect(absent.code).toBe(10007);
    expect((await account.call("GET", `/zones/${"0".repeat(32)}/workers/routes`)).status).toBe(404);
  });

  it("of one script are replaced as a whole by wrangler's call", async () => {
    const put = (patterns: string[]) =>
      account.call(
        "PUT",
        "A/workers/scripts/two/routes",
        patterns.map((pattern) => ({ pattern, zone_name: "localhost" })),
      );
    await put(["w1.localhost/*", "w2.localhost/*"]);
    expect(await at("w2.localhost")).toBe("two");
    await put(["w1.localhost/*"]);
    expect((await account.visit("w2.localhost")).status).toBe(404);
    expect(await at("w1.localhost")).toBe("two");
  });
});

describe("custom domains", () => {
  it("answer in whole, keep their id, and go to another script only after they are free", async () => {
    const put = (service: string) =>
      account.call("PUT", "A/workers/domains", { hostname: "app.localhost", service });
    const made = await put("one");
    expect(made.result).toMatchObject({
      hostname: "app.localhost",
      zone_name: "localhost",
      environment: "production",
    });
    const { id } = withId.parse(made.result);
    expect(withId.parse((await put("one")).result).id).toBe(id);
    expect(await at("app.localhost", "/any")).toBe("one");
    const stolen = await put("two");
    expect(stolen).toMatchObject({ status: 409, code: 100116 });
    expect(stolen.headers.get("x-should-retry")).toBe("false");
    expect((await account.call("DELETE", `A/workers/domains/${id}`)).status).toBe(200);
    expect((await account.call("GET", `A/workers/domains/${id}`)).status).toBe(404);
    expect((await put("two")).status).toBe(200);
    expect(await at("app.localhost")).toBe("two");
  });

  it("outside every zone are refused", async () => {
    const answer = await account.call("PUT", "A/workers/domains", {
      hostname: "app.example.com",
      service: "one",
    });
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining("app.example.com") });
  });

  it("of a zone that was added work like those of the first one", async () => {
    expect((await account.call("POST", "/zones", { name: "example.com" })).status).toBe(200);
    await account.call("PUT", "A/workers/domains", { hostname: "chat.example.com", service: "one" });
    expect(await at("chat.example.com")).toBe("one");
  });
});

describe("schedules", () => {
  it("are kept and listed", async () => {
    await account.call("PUT", "A/workers/scripts/one/schedules", [{ cron: "*/5 * * * *" }]);
    const listed = await account.call("GET", "A/workers/scripts/one/schedules");
    expect(listed.result).toMatchObject({ schedules: [{ cron: "*/5 * * * *" }] });
  });
});

describe("script settings and secrets", () => {
  it("secrets are put, listed without their text, and deleted", async () => {
    await account.upload("keeper", "export default { fetch: (r, env) => new Response(env.KEY ?? 'none') };");
    await account.call("POST", "A/workers/scripts/keeper/subdomain", { enabled: true });
    const secrets = "A/workers/scripts/keeper/secrets";
    const put = await account.call("PUT", secrets, { name: "KEY", text: "hush", type: "secret_text" });
    expect(put.result).toEqual({ name: "KEY", type: "secret_text" });
    expect(await at("keeper.local.localhost")).toBe("hush");
    expect(JSON.stringify((await account.call("GET", secrets)).result)).not.toContain("hush");
    expect((await account.call("DELETE", `${secrets}/KEY`)).status).toBe(200);
    expect(await at("keeper.local.localhost")).toBe("none");
    expect((await account.call("DELETE", `${secrets}/KEY`)).status).toBe(404);
  });

  it("script-settings change what was given and keep the rest", async () => {
    const path = "A/workers/scripts/one/script-settings";
    await account.call("PATCH", path, { tags: ["t"], observability: { enabled: true } });
    await account.call("PATCH", path, { logpush: true });
    expect((await account.call("GET", path)).result).toMatchObject({
      tags: ["t"],
      logpush: true,
      observability: { enabled: true },
    });
  });
});
