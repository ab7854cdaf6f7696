/** What a change of one Worker does to the others: nothing, unless a binding ties them together. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
  const objects = {
    bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }],
    migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
  };
  await account.upload("rooms", ECHO, objects);
  await account.call("POST", "A/workers/scripts/rooms/subdomain", { enabled: true });
});
afterAll(() => account.remove());

/** Echoes with a number that only memory holds: it starts again when the object does. */
const ECHO = `import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  count = 0;
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) { socket.send(message + ++this.count); }
}
export default { fetch: (request, env) => env.ROOM.getByName("a").fetch(request) };`;

const hello = (text: string) => `export default { fetch: () => new Response("${text}") };`;

interface Talk {
  readonly say: (text: string) => Promise<string>;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

async function talk(): Promise<Talk> {
  // The only Worker with workers.dev switched on answers at the bare address.
  const socket = new WebSocket(account.edgeUrl.replace("http", "ws"));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return {
    say: (text) =>
      new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(String(data));
        socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
        socket.send(text);
      }),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    close: () => socket.close(),
  };
}

describe("an open socket and its object", { timeout: 30_000 }, () => {
  it("outlive a deploy, another and the deletion of another Worker", async () => {
    const rooms = await talk();
    expect(await rooms.say("a")).toBe("a1");
    await account.upload("other", hello("one"));
    expect(await rooms.say("b")).toBe("b2");
    await account.upload("other", hello("two"));
    await account.call("DELETE", "A/workers/scripts/other");
    expect(await rooms.say("c")).toBe("c3");
    rooms.close();
  });

  it("outlive a KV namespace that is made, written, read and deleted", async () => {
    const rooms = await talk();
    const first = Number((await rooms.say("")) ?? "");
    const { id } = z
      .object({ id: z.string() })
      .parse((await account.call("POST", "A/storage/kv/namespaces", { title: "new" })).result);
    const bulk = Array.from({ length: 30 }, (_, index) => ({ key: `k${index}`, value: "v" }));
    await account.call("PUT", `A/storage/kv/namespaces/${id}/bulk`, bulk);
    const keys = await account.call("GET", `A/storage/kv/namespaces/${id}/keys?limit=20`);
    expect(keys.result).toHaveLength(20);
    await account.call("DELETE", `A/storage/kv/namespaces/${id}`);
    expect(Number(await rooms.say(""))).toBe(first + 1);
    rooms.close();
  });

  it("end when their own Worker is deployed", async () => {
    const rooms = await talk();
    await account.upload("rooms", ECHO, {
      bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }],
    });
    await expect.poll(() => rooms.isOpen()).toBe(false);
    const again = await talk();
    expect(await again.say("d")).toBe("d1");
    again.close();
  });
});

describe("Workers that bindings tie together", { timeout: 30_000 }, () => {
  it("reach each other's objects, are parted and joined again, and the data stays", async () => {
    const counter = `import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async add() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n; }
}
export default { fetch: async (r, env) => new Response(String(await env.COUNTER.getByName("a").add())) };`;
    const own = { bindings: [{ type: "durable_object_namespace", name: "COUNTER", class_name: "Counter" }] };
    await account.upload("owner", counter, {
      ...own,
      migrations: { new_tag: "v1", new_sqlite_classes: ["Counter"] },
    });
    const guest = {
      bindings: [
        { type: "durable_object_namespace", name: "COUNTER", class_name: "Counter", script_name: "owner" },
      ],
    };
    const visits = async (script: string) => {
      await account.call("POST", `A/workers/scripts/${script}/subdomain`, { enabled: true });
      return (await account.visit(`${script}.local.localhost`)).text();
    };
    expect(await visits("owner")).toBe("1");
    const guestCode = `export default { fetch: async (r, env) => new Response(String(await env.COUNTER.getByName("a").add())) };`;
    await account.upload("guest", guestCode, guest);
    expect(await visits("guest")).toBe("2");
    await account.upload("guest", hello("alone"));
    expect(await visits("guest")).toBe("alone");
    expect(await visits("owner")).toBe("3");
    await account.upload("guest", guestCode, guest);
    expect(await visits("guest")).toBe("4");
  });

  it("are told when the other is gone, and go on", async () => {
    await account.upload("callee", hello("here"));
    const code = `export default { async fetch(r, env) {
      try { return await env.CALLEE.fetch(r); } catch (error) { return new Response("caught: " + error.message); }
    } };`;
    await account.upload("caller", code, {
      bindings: [{ type: "service", name: "CALLEE", service: "callee" }],
    });
    await account.call("POST", "A/workers/scripts/caller/subdomain", { enabled: true });
    const answer = async () => (await account.visit("caller.local.localhost")).text();
    expect(await answer()).toBe("here");
    expect((await account.call("DELETE", "A/workers/scripts/callee")).code).toBe(10064);
    expect((await account.call("DELETE", "A/workers/scripts/callee?force=true")).status).toBe(200);
    expect(await answer()).toContain("caught: the Worker that this binding pointed at has been deleted");
  });
});
