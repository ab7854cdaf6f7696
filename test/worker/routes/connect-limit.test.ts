import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { askUnder, errorOf, freshRoom } from "./http.ts";
import { accept } from "./socket.ts";

/** The runtime's own limiter, held to one connection a minute: it takes the limit from the call where one is given. */
const oneAMinute = {
  CONNECT_LIMIT: {
    limit: (call: RateLimitOptions) =>
      env.CONNECT_LIMIT.limit({ ...call, limit: 1, period: 60 } as RateLimitOptions),
  },
};

const connect = (address: string, protocol?: string): Promise<Response> =>
  askUnder({ bindings: oneAMinute }, `/chat/${freshRoom()}`, {
    headers: {
      Upgrade: "websocket",
      "CF-Connecting-IP": address,
      ...(protocol !== undefined && { "Sec-WebSocket-Protocol": protocol }),
    },
  });

/** Connects until refused: the second time, or the third when the minute turned in between. */
async function refused(address: string, protocol?: string): Promise<Response> {
  await connect(address, protocol);
  const second = await connect(address, protocol);
  if (second.status === 429 || protocol !== undefined) return second;
  return connect(address, protocol);
}

describe("too many new connections from one address", () => {
  test("refuse a plain client with 429 and the time to wait", async () => {
    const response = await refused("203.0.113.1");
    expect(response.status).toBe(429);
    expect(response.headers.get("Retry-After")).toBe("10");
    expect((await errorOf(response)).code).toBe("too_many_connections");
  });

  test("refuse a v1 client with a frame and 4429", async () => {
    await refused("203.0.113.2");
    const socket = accept(await refused("203.0.113.2", "edge-chat.v1"));
    expect(await socket.next("error")).toMatchObject({ code: "too_many_connections", retryAfterMs: 10_000 });
    expect((await socket.closed()).code).toBe(4429);
  });

  test("are counted over a whole IPv6 network, and apart from its neighbours", async () => {
    await refused("2001:db8:1:1::1");
    expect((await refused("2001:db8:1:1:ffff::2")).status).toBe(429);
    expect((await connect("2001:db8:1:2::1")).status).not.toBe(429);
  });

  test("do not stop the reads of that address", async () => {
    await refused("203.0.113.3");
    const headers = { "CF-Connecting-IP": "203.0.113.3" };
    expect((await askUnder({ bindings: oneAMinute }, "/api/health", { headers })).status).toBe(200);
  });

  test("and a limiter that fails lets everybody in", async () => {
    const broken = { CONNECT_LIMIT: { limit: () => Promise.reject(new Error("limiter down")) } };
    const headers = { Upgrade: "websocket" };
    const response = await askUnder({ bindings: broken }, `/chat/${freshRoom()}`, { headers });
    expect(response.status).not.toBe(429);
  });
});
