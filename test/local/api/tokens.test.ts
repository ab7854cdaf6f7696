import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

const groupsSchema = z.array(z.object({ id: z.string(), name: z.string() }));

/** A token with these permission groups, and a way to call with it. */
async function tokenWith(...names: string[]) {
  const groups = groupsSchema.parse((await account.call("GET", "/user/tokens/permission_groups")).result);
  const made = await account.call("POST", "/user/tokens", {
    name: "limited",
    policies: [
      {
        effect: "allow",
        resources: { [`com.cloudflare.api.account.${account.accountId}`]: "*" },
        permission_groups: groups.filter(({ name }) => names.includes(name)).map(({ id }) => ({ id })),
      },
    ],
  });
  const { id, value } = z.object({ id: z.string(), value: z.string() }).parse(made.result);
  const call = async (method: string, path: string, body?: unknown) =>
    (await account.call(method, path, body, { authorization: `Bearer ${value}` })).status;
  return { id, call };
}

describe("a token with some rights", () => {
  it("may read what it has the right to read, and write nothing of it", async () => {
    const { call } = await tokenWith("Workers Scripts Read", "Workers KV Storage Write");
    expect(await call("GET", "A/workers/scripts")).toBe(200);
    expect(await call("DELETE", "A/workers/scripts/not-there")).toBe(403);
    expect(await call("GET", "A/storage/kv/namespaces")).toBe(200);
    expect(await call("DELETE", `A/storage/kv/namespaces/${"0".repeat(32)}`)).toBe(404);
    expect(await call("GET", `/zones/${account.zoneId}/workers/routes`)).toBe(403);
    expect(await call("GET", "/user/tokens/verify")).toBe(200);
  });

  it("may make no tokens and order no faults", async () => {
    const { call } = await tokenWith("Workers Scripts Write");
    expect(await call("POST", "/user/tokens", { name: "x", policies: [] })).toBe(403);
    const answer = await fetch(new URL("/__local/faults", account.apiUrl), {
      headers: { authorization: "Bearer x" },
    });
    expect(answer.status).toBe(403);
  });

  it("is nothing any more once it is deleted", async () => {
    const { id, call } = await tokenWith("Workers Scripts Write");
    expect(await call("GET", "A/workers/scripts")).toBe(200);
    await account.call("DELETE", `/user/tokens/${id}`);
    expect(await call("GET", "A/workers/scripts")).toBe(403);
  });
});
