/** A Durable Object class that goes to another Worker, and who was bound to it. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
const directory = mkdtempSync(join(tmpdir(), "local-account-"));
beforeAll(async () => {
  account = await startTestAccount({ directory });
});
afterAll(() => account.remove());

const FRONT = `export default { async fetch(request, env) { return Response.json(await env.ROOM.getByName("a").add()); } };`;
const counter = (className: string, who: string) => `import { DurableObject } from "cloudflare:workers";
export class ${className} extends DurableObject {
  async add() {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return ["${who}", count];
  }
}
${FRONT}`;

const bound = (class_name: string, script_name?: string) => ({
  bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name, script_name }],
});

async function deploy(name: string, code: string, metadata: object): Promise<void> {
  const { status, message } = await account.upload(name, code, metadata);
  expect(status, message).toBe(200);
  await account.call("POST", `A/workers/scripts/${name}/subdomain`, { enabled: true });
}

const ask = async (name: string) => (await account.visit(`${name}.local.localhost`)).json();

const transfer = { transferred_classes: [{ from: "Room", from_script: "old-home", to: "Salon" }] };

it("its objects keep their data, and every binding to its old name leads to the new one, after a restart too", async () => {
  const create = { migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] } };
  await deploy("old-home", counter("Room", "old"), { ...bound("Room"), ...create });
  await deploy("guest", FRONT, bound("Room", "old-home"));
  expect(await ask("old-home")).toEqual(["old", 1]);
  expect(await ask("guest")).toEqual(["old", 2]);

  const missing = { transferred_classes: [{ from: "Room", from_script: "nobody", to: "Salon" }] };
  const refused = await account.upload("new-home", counter("Salon", "new"), {
    ...bound("Salon"),
    migrations: { new_tag: "v1", ...missing },
  });
  expect(refused).toMatchObject({ status: 400, code: 10074 });
  expect(await ask("guest")).toEqual(["old", 3]);

  await deploy("new-home", counter("Salon", "new"), {
    ...bound("Salon"),
    migrations: { new_tag: "v1", ...transfer },
  });
  expect(await ask("new-home")).toEqual(["new", 4]);
  expect(await ask("old-home")).toEqual(["new", 5]);
  expect(await ask("guest")).toEqual(["new", 6]);

  await account.stop();
  account = await startTestAccount({ directory });
  expect(await ask("guest")).toEqual(["new", 7]);
  expect(await ask("old-home")).toEqual(["new", 8]);
});

it("its next deployment must name the class where it is; the Worker that gave it away can go", async () => {
  expect(await account.upload("guest", FRONT, bound("Room", "old-home"))).toMatchObject({ code: 10061 });
  await deploy("guest", FRONT, bound("Salon", "new-home"));
  expect((await account.call("DELETE", "A/workers/scripts/old-home")).status).toBe(200);
  expect(await ask("guest")).toEqual(["new", 9]);
});

it("a renamed class is found by the bindings of other Workers under its old name", async () => {
  const renamed = {
    old_tag: "v1",
    new_tag: "v2",
    renamed_classes: [{ from: "Salon", to: "Lounge" }],
  };
  await deploy("new-home", counter("Lounge", "newest"), { ...bound("Lounge"), migrations: renamed });
  expect(await ask("guest")).toEqual(["newest", 10]);
});
