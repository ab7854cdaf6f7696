/** A web page that a person has open must not drive the account, not even over a name that it points to this machine. */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a browser would get; 0 when the connection is cut. `fetch` would not let us choose Host and Origin. */
function ask(method: string, url: string, headers: Record<string, string>): Promise<Seen> {
  return new Promise((resolve) => {
    const outgoing = request(url, { method, headers, agent: false }, (incoming) => {
      incoming.resume();
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers });
    });
    outgoing.on("upgrade", (incoming, socket) => {
      socket.destroy();
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers });
    });
    outgoing.on("error", () => resolve({ status: 0, headers: {} }));
    outgoing.end();
  });
}

describe.each([
  ["its own origin", { origin: "https://page.example" }],
  ["a sandbox without an origin", { origin: "null" }],
  [
    "a name that was pointed to this machine",
    { host: "page.example:8780", origin: "http://page.example:8780" },
  ],
  ["such a name, without an Origin", { host: "page.example" }],
])("a page from %s", (_, headers) => {
  it.each([
    ["GET", "/client/v4/user"],
    ["POST", "/client/v4/zones"],
    ["POST", "/__local/faults"],
  ])("cannot %s %s, even if it knew the token", async (method, path) => {
    const authorization = `Bearer ${account.apiToken}`;
    const url = new URL(path, account.apiUrl).href;
    expect((await ask(method, url, { authorization, ...headers })).status).toBe(403);
  });

  it("is not allowed to ask by a preflight", async () => {
    const seen = await ask("OPTIONS", `${account.apiUrl}/user`, {
      ...headers,
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    });
    expect(seen.status).toBe(403);
    expect(Object.keys(seen.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("cannot listen to a tail, whose address needs no token", async () => {
    await account.upload("own", "export default { fetch() { return new Response(); } };");
    const tail = await account.call("POST", "A/workers/scripts/own/tails", {});
    const { url } = z.object({ url: z.string() }).parse(tail.result);
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-protocol": "trace-v1",
    };
    const place = url.replace("ws:", "http:");
    expect((await ask("GET", place, { ...upgrade, ...headers })).status).toBe(0);
    expect((await ask("GET", place, upgrade)).status).toBe(101);
  });
});
