/** Deployments that split the traffic, on a real account: requests, Durable Objects and their data. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

/** Tells its version over HTTP, over RPC of an object, and over a service binding; its module remembers calls. */
const worker = (version: string) => `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
let calls = 0;
export class Room extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (v)");
  }
  add() {
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    return { version: "${version}", name: this.env.NAME, rows: this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one().n };
  }
  async ring(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); }
  async alarm() { await this.ctx.storage.put("rung", "${version}"); }
  rung() { return this.ctx.storage.get("rung"); }
}
export class Admin extends WorkerEntrypoint {
  get motto() { return "motto of ${version}"; }
  hello(name) { return "hello " + name + " from ${version} " + this.env.NAME; }
}
export default { async fetch(request, env) {
  calls++;
  const url = new URL(request.url);
  const room = env.ROOM.getByName(url.searchParams.get("room") ?? "a");
  if (url.pathname === "/room") return Response.json(await room.add());
  if (url.pathname === "/ring") return Response.json((await room.ring(10), null));
  if (url.pathname === "/rung") return Response.json((await room.rung()) ?? null);
  return Response.json({ version: "${version}", id: env.META.id, name: env.NAME });
} };`;

const bindings = (name: string) => ({
  bindings: [
    { type: "durable_object_namespace", name: "ROOM", class_name: "Room" },
    { type: "plain_text", name: "NAME", text: name },
    { type: "version_metadata", name: "META" },
  ],
});

const idSchema = z.object({ id: z.string() });
const whoSchema = z.object({ version: z.string(), id: z.string(), name: z.string() });
const roomSchema = z.object({ version: z.string(), name: z.string(), rows: z.number() });

const visit = async (path: string, headers: Record<string, string> = {}): Promise<unknown> =>
  (await account.visit("split.local.localhost", path, headers)).json();
const who = async (headers: Record<string, string> = {}) => whoSchema.parse(await visit("/", headers));
const room = async (name: string) => roomSchema.parse(await visit(`/room?room=${name}`));

const split = (...shares: [string, number][]) =>
  account.call("POST", "A/workers/scripts/split/deployments", {
    strategy: "percentage",
    versions: shares.map(([version_id, percentage]) => ({ version_id, percentage })),
  });

/** Rooms by the version that they say they run. */
async function rooms(names: readonly string[]): Promise<Map<string, z.infer<typeof roomSchema>>> {
  const found = new Map<string, z.infer<typeof roomSchema>>();
  for (const name of names) found.set(name, await room(name));
  return found;
}

const NAMES = Array.from({ length: 40 }, (_, index) => `room-${index}`);
const override = (id: string) => ({ "Cloudflare-Workers-Version-Overrides": `split="${id}"` });

describe("a deployment of two versions", { timeout: 60_000 }, () => {
  let old: string;
  let next: string;

  beforeAll(async () => {
    await account.upload("split", worker("old"), {
      ...bindings("O"),
      migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
    });
    await account.call("POST", "A/workers/scripts/split/subdomain", { enabled: true });
    old = (await who()).id;
    await rooms(NAMES);
    const form = uploadForm(worker("new"), bindings("N"));
    next = idSchema.parse((await account.call("POST", "A/workers/scripts/split/versions", form)).result).id;
  }, 60_000);

  it("draws requests by percentage, each version with its own bindings", async () => {
    expect((await split([next, 30], [old, 70])).status).toBe(200);
    const seen = await Promise.all(Array.from({ length: 300 }, () => who()));
    const fresh = seen.filter(({ version }) => version === "new");
    // 30 % of 300 is 90, with a standard deviation of 8: outside of this once in millions of runs.
    expect(fresh.length).toBeGreaterThan(45);
    expect(fresh.length).toBeLessThan(140);
    for (const { version, id, name } of seen)
      expect([version, id, name]).toEqual(version === "new" ? ["new", next, "N"] : ["old", old, "O"]);
  });

  it("gives a request the version that it names, and one key always the same", async () => {
    for (let count = 0; count < 10; count++) {
      expect((await who(override(next))).version).toBe("new");
      expect((await who(override(old))).version).toBe("old");
    }
    const key = { "Cloudflare-Workers-Version-Key": "somebody" };
    const versions = await Promise.all(Array.from({ length: 20 }, () => who(key)));
    expect(new Set(versions.map(({ version }) => version)).size).toBe(1);
  });

  it("assigns each object one version, keeps its data, and lets a growing version keep its objects", async () => {
    const at30 = await rooms(NAMES);
    const again = await rooms(NAMES);
    for (const name of NAMES) expect(again.get(name)?.version).toBe(at30.get(name)?.version);
    const fresh = NAMES.filter((name) => at30.get(name)?.version === "new");
    expect(fresh.length).toBeGreaterThan(1);
    expect(fresh.length).toBeLessThan(30);
    for (const name of NAMES) {
      const found = again.get(name);
      expect(found?.rows).toBe(3);
      expect(found?.name).toBe(found?.version === "new" ? "N" : "O");
    }
    await split([next, 60], [old, 40]);
    const at60 = await rooms(NAMES);
    for (const name of fresh) expect(at60.get(name)?.version).toBe("new");
    expect(NAMES.filter((name) => at60.get(name)?.version === "new").length).toBeGreaterThan(fresh.length);
    for (const name of NAMES) expect(at60.get(name)?.rows).toBe(4);
  });

  it("rings an object's alarm in the object's own version", async () => {
    const found = await rooms(NAMES.slice(0, 8));
    for (const [name, { version }] of found) {
      await visit(`/ring?room=${name}`);
      await expect.poll(() => visit(`/rung?room=${name}`), { timeout: 10_000 }).toBe(version);
    }
  });

  it("answers another Worker by percentage too, and the version that its request names", async () => {
    await account.upload(
      "caller",
      `export default { async fetch(request, env) {
        const plain = await (await env.SPLIT.fetch(request.url)).json();
        const forwarded = await (await env.SPLIT.fetch(request)).json();
        return Response.json({ plain, forwarded, hello: await env.ADMIN.hello("me"), motto: await env.ADMIN.motto });
      } };`,
      {
        bindings: [
          { type: "service", name: "SPLIT", service: "split" },
          { type: "service", name: "ADMIN", service: "split", entrypoint: "Admin" },
        ],
      },
    );
    await account.call("POST", "A/workers/scripts/caller/subdomain", { enabled: true });
    const schema = z.object({ plain: whoSchema, forwarded: whoSchema, hello: z.string(), motto: z.string() });
    const versions = { plain: new Set<string>(), hello: new Set<string>(), motto: new Set<string>() };
    for (let count = 0; count < 40; count++) {
      const wanted = count % 2 === 0 ? next : old;
      const answer = await account.visit("caller.local.localhost", "/", override(wanted));
      const { plain, forwarded, hello, motto } = schema.parse(await answer.json());
      expect(forwarded.id).toBe(wanted);
      versions.plain.add(plain.version);
      versions.hello.add(hello);
      versions.motto.add(motto);
    }
    expect([...versions.plain].sort()).toEqual(["new", "old"]);
    expect([...versions.hello].sort()).toEqual(["hello me from new N", "hello me from old O"]);
    expect([...versions.motto].sort()).toEqual(["motto of new", "motto of old"]);
  });

  it("is listed with its shares, and a secret cannot be changed meanwhile", async () => {
    const listed = await account.call("GET", "A/workers/scripts/split/deployments");
    const versions = [
      { version_id: next, percentage: 60 },
      { version_id: old, percentage: 40 },
    ];
    expect(listed.result).toMatchObject({ deployments: [{ strategy: "percentage", versions }, {}, {}] });
    const [latest] = z.object({ deployments: z.array(idSchema) }).parse(listed.result).deployments;
    const one = await account.call("GET", `A/workers/scripts/split/deployments/${latest?.id}`);
    expect(one.result).toMatchObject({ versions });
    const secret = { name: "KEY", text: "x", type: "secret_text" };
    expect(await account.call("PUT", "A/workers/scripts/split/secrets", secret)).toMatchObject({
      status: 400,
      code: 10215,
    });
  });

  it("survives a new start of the account as it was", async () => {
    const before = await rooms(NAMES);
    await account.stop();
    account = await startTestAccount({ directory: account.directory });
    const after = await rooms(NAMES);
    for (const name of NAMES) {
      expect(after.get(name)?.version).toBe(before.get(name)?.version);
      expect(after.get(name)?.rows).toBe((before.get(name)?.rows ?? 0) + 1);
    }
  });

  it("at 0 percent is reached by its name only, and at 100 leaves nothing of the other", async () => {
    await split([next, 0], [old, 100]);
    const plain = await Promise.all(Array.from({ length: 30 }, () => who()));
    expect(new Set(plain.map(({ version }) => version))).toEqual(new Set(["old"]));
    expect((await who(override(next))).version).toBe("new");
    expect(new Set([...(await rooms(NAMES)).values()].map(({ version }) => version))).toEqual(
      new Set(["old"]),
    );
    await split([next, 100]);
    expect((await who(override(old))).version).toBe("new");
    const all = await rooms(NAMES);
    for (const { version, name, rows } of all.values())
      expect([version, name, rows > 5]).toEqual(["new", "N", true]);
  });

  it("that does not add up, or names a version twice, three times or not at all, is refused by its number", async () => {
    for (const shares of [
      [
        [next, 50],
        [old, 40],
      ],
      [
        [next, 50],
        [next, 50],
      ],
      [
        [next, 30],
        [old, 30],
        ["third", 40],
      ],
      [
        [next, 110],
        [old, -10],
      ],
      [
        [next, 33.333],
        [old, 66.667],
      ],
    ] satisfies [string, number][][])
      expect(await split(...shares)).toMatchObject({ status: 400, code: 10001 });
    expect(await split(["5c0e0e4e-0000-4000-8000-000000000000", 100])).toMatchObject({ code: 100146 });
    expect((await who()).version).toBe("new");
  });

  it("cannot go back across a migration", async () => {
    const code = `${worker("renamed").replaceAll("Room", "Salon")}`;
    const renamed = await account.upload("split", code, {
      bindings: [
        { type: "durable_object_namespace", name: "ROOM", class_name: "Salon" },
        ...bindings("R").bindings.slice(1),
      ],
      migrations: { old_tag: "v1", new_tag: "v2", renamed_classes: [{ from: "Room", to: "Salon" }] },
    });
    expect(renamed.status).toBe(200);
    const refused = await split([next, 100]);
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining("'v1'") });
    expect((await room("room-1")).version).toBe("renamed");
  });
});
