import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestAccount, type TestAccount } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
  const { result } = await account.call("POST", "A/storage/kv/namespaces", { title: "seen" });
  const bindings = [{ type: "kv_namespace", name: "SEEN", namespace_id: Object(result).id }];
  await account.upload("watcher", WATCHER, { bindings });
  for (const script of ["watcher", "watched"]) {
    if (script === "watched") await account.upload(script, WATCHED);
    await account.call("POST", `A/workers/scripts/${script}/subdomain`, { enabled: true });
  }
});
afterAll(() => account.remove());

const WATCHED = `export default { fetch(request) { console.log("said", new URL(request.url).pathname); return new Response(); } };`;
const WATCHER = `export default {
  async tail(events, env) {
    for (const event of events) await env.SEEN.put(event.logs.flatMap((log) => log.message).join(" "), event.outcome);
  },
  async fetch(request, env) { return Response.json((await env.SEEN.list()).keys.map((key) => key.name)); },
};`;

const seen = async (): Promise<unknown> => (await account.visit("watcher.local.localhost")).json();

it("a Worker named in tail_consumers is told of every event, from the upload or the settings on, and no longer than that", async () => {
  await account.visit("watched.local.localhost", "/before");
  await account.upload("watched", WATCHED, { tail_consumers: [{ service: "watcher" }] });
  await account.visit("watched.local.localhost", "/one");
  await expect.poll(seen).toEqual(["said /one"]);
  const listed = await account.call("GET", "A/workers/tails/by-consumer/watcher");
  expect(listed.result).toMatchObject([{ producer: { service: "watched" } }]);

  const settings = "A/workers/scripts/watched/script-settings";
  await account.call("PATCH", settings, { tail_consumers: [] });
  await account.visit("watched.local.localhost", "/two");
  await account.call("PATCH", settings, { tail_consumers: [{ service: "watcher" }] });
  await account.visit("watched.local.localhost", "/three");
  await expect.poll(seen).toEqual(["said /one", "said /three"]);
});

it("one that is not deployed is refused by name", async () => {
  const refused = await account.upload("watched", WATCHED, { tail_consumers: [{ service: "nobody" }] });
  expect(refused).toMatchObject({ status: 400, message: expect.stringContaining("'nobody'") });
});
