import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

/** The status of a request with exactly these headers. */
function raw(headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${account.apiUrl}/user`, { headers, agent: false }, (incoming) => {
      let body = "";
      incoming.on("data", (chunk) => {
        body += chunk;
      });
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("who may call the API", () => {
  it("a wrong token is 403/10000 and no token is 400/9106", async () => {
    const wrong = await account.call("GET", "/user", undefined, {
      authorization: `Bearer ${"x".repeat(43)}`,
    });
    expect(wrong).toMatchObject({ status: 403, code: 10000, message: "Authentication error" });
    const none = await raw({});
    expect(none.status).toBe(400);
    expect(JSON.parse(none.body).errors[0].code).toBe(9106);
  });

  it("another account's id is 404/7003 and names the path", async () => {
    const answer = await account.call("GET", `/accounts/${"f".repeat(32)}/workers/scripts`);
    expect(answer).toMatchObject({ status: 404, code: 7003 });
    expect(answer.message).toContain(`/accounts/${"f".repeat(32)}/workers/scripts`);
  });

  it("a rebound DNS name in Host and a foreign page in Origin are refused, even with the token", async () => {
    const authorization = `Bearer ${account.apiToken}`;
    expect((await raw({ authorization })).status).toBe(200);
    expect((await raw({ authorization, host: "evil.example" })).status).toBe(403);
    expect((await raw({ authorization, origin: "https://evil.example" })).status).toBe(403);
    expect((await raw({ authorization, origin: "null" })).status).toBe(403);
    expect((await raw({ authorization, origin: "http://localhost:8787" })).status).toBe(200);
  });

  it("the token is long enough for the official provider", () => {
    expect(account.apiToken).toMatch(/^[0-9A-Za-z_-]{40,80}$/);
  });
});

describe("an endpoint that is not there", () => {
  it("is an honest 501 that names method and path and asks for no retry", async () => {
    const answer = await account.call("POST", "A/d1/database", { name: "x" });
    expect(answer.status).toBe(501);
    expect(answer.message).toContain(`POST /client/v4/accounts/${account.accountId}/d1/database`);
    expect(answer.headers.get("x-should-retry")).toBe("false");
  });
});

describe("who am I", () => {
  it("user, token, memberships and accounts name the one account", async () => {
    expect((await account.call("GET", "/user/tokens/verify")).result).toMatchObject({ status: "active" });
    expect((await account.call("GET", "/memberships")).result).toMatchObject([
      { account: { id: account.accountId } },
    ]);
    expect((await account.call("GET", "/accounts")).result).toMatchObject([{ id: account.accountId }]);
  });

  it("zones are found by name and account, and a page past the end is empty", async () => {
    const found = await account.call("GET", `/zones?name=localhost&account.id=${account.accountId}`);
    expect(found.result).toMatchObject([{ id: account.zoneId, name: "localhost" }]);
    expect((await account.call("GET", "/zones?name=localhost&page=2")).result).toEqual([]);
    expect((await account.call("GET", "/zones?name=absent.example")).result).toEqual([]);
    expect((await account.call("GET", `/zones/${account.zoneId}`)).result).toMatchObject({
      name: "localhost",
    });
    expect((await account.call("GET", `/zones/${"0".repeat(32)}`)).status).toBe(404);
  });
});

describe("failures on purpose", () => {
  it("answer 429 with Retry-After at the n-th call and then work again", async () => {
    const armed = await fetch(account.apiUrl.replace("/client/v4", "/__local/faults"), {
      method: "POST",
      headers: { authorization: `Bearer ${account.apiToken}` },
      body: JSON.stringify([
        {
          method: "GET",
          path: "^/user$",
          nth: 2,
          action: { kind: "status", status: 429, retryAfterSeconds: 1 },
        },
      ]),
    });
    expect(armed.status).toBe(200);
    expect((await account.call("GET", "/user")).status).toBe(200);
    const limited = await account.call("GET", "/user");
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("1");
    expect((await account.call("GET", "/user")).status).toBe(200);
  });

  it("cut the connection after the call had its effect", async () => {
    await fetch(account.apiUrl.replace("/client/v4", "/__local/faults"), {
      method: "POST",
      headers: { authorization: `Bearer ${account.apiToken}` },
      body: JSON.stringify([
        { method: "POST", path: "/namespaces$", when: "after", action: { kind: "reset" } },
      ]),
    });
    await expect(account.call("POST", "A/storage/kv/namespaces", { title: "lost" })).rejects.toThrow();
    const again = await account.call("POST", "A/storage/kv/namespaces", { title: "lost" });
    expect(again).toMatchObject({ status: 400, code: 10014 });
  });

  it("answer with an error, of any code, after the call had its effect", async () => {
    await fetch(account.apiUrl.replace("/client/v4", "/__local/faults"), {
      method: "POST",
      headers: { authorization: `Bearer ${account.apiToken}` },
      body: JSON.stringify([
        {
          method: "POST",
          path: "/namespaces$",
          when: "after",
          action: { kind: "status", status: 500, code: 10079, retryAfterSeconds: 1 },
        },
      ]),
    });
    const failed = await account.call("POST", "A/storage/kv/namespaces", { title: "answered wrongly" });
    expect(failed).toMatchObject({ status: 500, code: 10079 });
    expect(failed.headers.get("retry-after")).toBe("1");
    const again = await account.call("POST", "A/storage/kv/namespaces", { title: "answered wrongly" });
    expect(again).toMatchObject({ status: 400, code: 10014 });
  });

  it("hang until the client gives up, without holding up the next call or the end of the account", async () => {
    await fetch(account.apiUrl.replace("/client/v4", "/__local/faults"), {
      method: "POST",
      headers: { authorization: `Bearer ${account.apiToken}` },
      body: JSON.stringify([{ path: "^/accounts$", action: { kind: "hang" } }]),
    });
    const headers = { authorization: `Bearer ${account.apiToken}` };
    const hanging = fetch(`${account.apiUrl}/accounts`, { headers, signal: AbortSignal.timeout(300) });
    await expect(hanging).rejects.toThrow();
    expect((await account.call("GET", "/accounts")).status).toBe(200);
  });
});
