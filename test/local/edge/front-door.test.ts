import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;

const echo = `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) { socket.send("echo " + message); }
  webSocketClose(socket, code, reason) { socket.close(code, reason); }
}
export default { async fetch(request, env) {
  if (request.headers.get("upgrade") === "websocket") return env.ROOM.getByName("a").fetch(request);
  if (request.method === "POST") return new Response(request.body);
  return Response.json({ url: request.url, cf: request.cf, headers: Object.fromEntries(request.headers) });
} };`;

beforeAll(async () => {
  account = await startTestAccount();
  const answer = await account.upload("echo", echo, {
    bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }],
    migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
  });
  expect(answer.status).toBe(200);
});
afterAll(() => account.remove());

it("a Worker that is deployed but switched on nowhere is not served, and the page says what to type", async () => {
  const answer = await account.visit("127.0.0.1");
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain("npm run up -- local");
  await account.call("POST", "A/workers/scripts/echo/subdomain", { enabled: true });
  expect((await account.visit("127.0.0.1")).status).toBe(200);
});

describe("a request through the edge", () => {
  it("keeps its host and comes from the colo that the header or the host label names", async () => {
    const seen = async (host: string, headers: Record<string, string> = {}) =>
      JSON.parse(await (await account.visit(host, "/p?q=1", headers)).text());
    const here = await seen("echo.local.localhost:1234");
    expect(here).toMatchObject({
      url: "http://echo.local.localhost:1234/p?q=1",
      cf: { colo: "AMS", country: "NL" },
    });
    expect(here.headers["cf-connecting-ip"]).toBe("127.0.0.1");
    expect(here.headers["cf-ray"]).toMatch(/^[0-9a-f]{16}-AMS$/);
    expect(Object.keys(here.headers).filter((name) => name.startsWith("mf-"))).toEqual([]);
    const far = await seen("127.0.0.1", {
      "x-local-colo": "nrt",
      "cf-connecting-ip": "6.6.6.6",
      "MF-CF-Blob": "{}",
    });
    expect(far).toMatchObject({
      cf: { colo: "NRT", city: "Tokyo" },
      headers: { "cf-connecting-ip": "127.0.0.1" },
    });
    expect(await seen("gru--echo.local.localhost")).toMatchObject({ cf: { colo: "GRU", city: "São Paulo" } });
  });

  it("from an unknown colo is told which ones there are", async () => {
    const answer = await account.visit("127.0.0.1", "/", { "x-local-colo": "XXX" });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("NRT");
  });

  it("is answered also while a deployment replaces the runtime under it", async () => {
    let going = true;
    const statuses = new Set<number>();
    const visitors = [1, 2, 3, 4].map(async () => {
      while (going) statuses.add((await fetch(account.edgeUrl)).status);
    });
    const put = await account.upload("neighbour", "export default { fetch: () => new Response('n') };");
    going = false;
    await Promise.all(visitors);
    expect(put.status).toBe(200);
    expect([...statuses]).toEqual([200]);
  });

  it("carries a large body both ways", async () => {
    const body = "x".repeat(3_000_000);
    const answer = await fetch(account.edgeUrl, { method: "POST", body });
    expect((await answer.text()).length).toBe(body.length);
  });
});

describe("a WebSocket through the edge", () => {
  it("talks and closes with code and reason", async () => {
    const { socket, next } = await open();
    socket.send("hi");
    expect(await next()).toBe("echo hi");
    const closed = new Promise<CloseEvent>((resolve) => {
      socket.addEventListener("close", resolve);
    });
    socket.close(1000, "bye");
    expect(await closed).toMatchObject({ code: 1000, reason: "bye" });
  });

  it("to a host that nobody answers is refused, not left hanging", async () => {
    const refused = await new Promise<string>((resolve) => {
      const socket = new WebSocket(
        account.edgeUrl.replace("http:", "ws:").replace("127.0.0.1", "nobody.localhost"),
      );
      socket.addEventListener("error", () => resolve("refused"));
      socket.addEventListener("open", () => resolve("open"));
    });
    expect(refused).toBe("refused");
  });

  it("a workerd that is killed comes back by itself, with its data", async () => {
    const { workerdPids } = await import("../workerd-pids.ts");
    for (const pid of workerdPids(account.directory)) process.kill(pid, "SIGKILL");
    await eventually(async () => {
      const { socket, next } = await open();
      socket.send("again");
      expect(await next()).toBe("echo again");
      socket.close();
    });
  });
});

function open(): Promise<{ socket: WebSocket; next: () => Promise<unknown> }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(account.edgeUrl.replace("http:", "ws:"));
    const next = () =>
      new Promise<unknown>((done, fail) => {
        socket.addEventListener("message", (event) => done(event.data), { once: true });
        socket.addEventListener("close", () => fail(new Error("closed")), { once: true });
      });
    socket.addEventListener("open", () => resolve({ socket, next }));
    socket.addEventListener("error", () => reject(new Error("no socket")));
  });
}
