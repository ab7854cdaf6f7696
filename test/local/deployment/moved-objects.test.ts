/** New percentages for the same two versions, while sockets are open. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually, startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

/** Answers with its version and a number that only memory holds. */
const worker = (
  version: string,
  base = "extends DurableObject",
) => `import { DurableObject } from "cloudflare:workers";
export class Room ${base} {
  count = 0;
  constructor(ctx, env) { ${base === "" ? "this.ctx = ctx;" : "super(ctx, env);"} }
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket) { socket.send("${version} " + ++this.count); }
}
export default { fetch: (request, env) => env.ROOM.getByName(new URL(request.url).pathname).fetch(request) };`;

const BINDINGS = { bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }] };
const MIGRATIONS = { migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] } };
const NAMES = Array.from({ length: 24 }, (_, index) => `room-${index}`);

interface Talk {
  readonly say: () => Promise<string>;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

async function talk(name: string): Promise<Talk> {
  const socket = new WebSocket(`${account.edgeUrl.replace("http", "ws")}/${name}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return {
    say: () =>
      new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(String(data));
        socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
        if (socket.readyState === WebSocket.OPEN) socket.send("");
        else reject(new Error("closed"));
      }),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    close: () => socket.close(),
  };
}

const split = (script: string, ...shares: [string, number][]) =>
  account.call("POST", `A/workers/scripts/${script}/deployments`, {
    strategy: "percentage",
    versions: shares.map(([version_id, percentage]) => ({ version_id, percentage })),
  });

async function twoVersions(script: string, base?: string): Promise<{ old: string; next: string }> {
  await account.upload(script, worker("old", base), { ...BINDINGS, ...MIGRATIONS });
  await account.call("POST", `A/workers/scripts/${script}/subdomain`, { enabled: true });
  const uploaded = await account.call(
    "POST",
    `A/workers/scripts/${script}/versions`,
    uploadForm(worker("new", base), BINDINGS),
  );
  const listed = await account.call("GET", `A/workers/scripts/${script}/versions`);
  const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(listed.result);
  const next = z.object({ id: z.string() }).parse(uploaded.result).id;
  const old = items.find(({ id }) => id !== next)?.id ?? "";
  return { old, next };
}

it("objects that keep their version keep memory and sockets; those that change it are reset, and no others", async () => {
  const { old, next } = await twoVersions("rooms");
  await split("rooms", [next, 20], [old, 80]);
  const talks = new Map<string, Talk>();
  for (const name of NAMES) talks.set(name, await talk(name));
  const at20 = new Map<string, string>();
  for (const [name, { say }] of talks) at20.set(name, await say());

  expect((await split("rooms", [next, 60], [old, 40])).status).toBe(200);
  const moved: string[] = [];
  for (const [name, { say, isOpen }] of talks) {
    const before = at20.get(name);
    const after = await say().catch(() => "reset");
    if (after === "reset") {
      await eventually(() => expect(isOpen()).toBe(false));
      expect(before).toBe("old 1");
      moved.push(name);
    } else expect(after).toBe(before === "new 1" ? "new 2" : "old 2");
  }
  expect(moved.length).toBeGreaterThan(0);
  for (const name of moved) {
    const again = await talk(name);
    expect(await again.say()).toBe("new 1");
    again.close();
  }
  for (const { close } of talks.values()) close();
});

it("objects of classes that do not extend DurableObject get their version too, all by a new start", async () => {
  await account.call("DELETE", "A/workers/scripts/rooms");
  const { old, next } = await twoVersions("plain", "");
  await split("plain", [next, 0], [old, 100]);
  const first = await talk("a");
  expect(await first.say()).toBe("old 1");
  await split("plain", [next, 100], [old, 0]);
  await eventually(() => expect(first.isOpen()).toBe(false));
  const second = await talk("a");
  expect(await second.say()).toBe("new 1");
  second.close();
});
