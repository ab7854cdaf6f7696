import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

const hello = (text: string) => `export default { fetch: () => new Response("${text}") };`;
const versionSchema = z.object({ id: z.string(), metadata: z.object({ has_preview: z.boolean() }) });

async function uploadVersion(script: string, code: string, metadata: object = {}) {
  const answer = await account.call(
    "POST",
    `A/workers/scripts/${script}/versions`,
    uploadForm(code, metadata),
  );
  return versionSchema.parse(answer.result);
}
const enable = (script: string, previews: boolean) =>
  account.call("POST", `A/workers/scripts/${script}/subdomain`, {
    enabled: true,
    previews_enabled: previews,
  });
const visit = async (label: string) => {
  const answer = await account.visit(`${label}.local.localhost`);
  return answer.status === 200 ? answer.text() : answer.status;
};

it("a version answers under its own host before it has traffic, also by an alias, and not when switched off", async () => {
  await account.upload("pages", hello("live"));
  await enable("pages", true);
  const { id, metadata } = await uploadVersion("pages", hello("next"), {
    annotations: { "workers/alias": "stage-two" },
  });
  expect(metadata.has_preview).toBe(true);
  expect(await visit(`${id.slice(0, 8)}-pages`)).toBe("next");
  expect(await visit("stage-two-pages")).toBe("next");
  expect(await visit("pages")).toBe("live");
  expect(await visit("00000000-pages")).toBe(404);
  expect(await visit("other-pages")).toBe(404);
  await enable("pages", false);
  expect(await visit(`${id.slice(0, 8)}-pages`)).toBe(404);
});

it("an alias given again leads to the newer version, and many previews do not end the account", async () => {
  await account.upload("many", hello("live"));
  await enable("many", true);
  const labels: string[] = [];
  for (let count = 0; count < 7; count++) {
    const { id } = await uploadVersion("many", hello(`number ${count}`), {
      annotations: { "workers/alias": "newest" },
    });
    labels.push(`${id.slice(0, 8)}-many`);
  }
  for (const [count, label] of labels.entries()) expect(await visit(label)).toBe(`number ${count}`);
  expect(await visit(labels[0] ?? "")).toBe("number 0");
  expect(await visit("newest-many")).toBe("number 6");
});

it("a preview uses the bindings of its version, another Worker among them", async () => {
  await account.upload("callee", hello("called"));
  const caller = `export default { async fetch(r, env) { return new Response(env.A + await (await env.CALLEE.fetch(r)).text()); } };`;
  const bindings = (text: string) => ({
    bindings: [
      { type: "service", name: "CALLEE", service: "callee" },
      { type: "plain_text", name: "A", text },
    ],
  });
  await account.upload("caller", caller, bindings("live "));
  await enable("caller", true);
  const { id } = await uploadVersion("caller", caller, bindings("next "));
  expect(await visit(`${id.slice(0, 8)}-caller`)).toBe("next called");
  expect(await visit("caller")).toBe("live called");
});

it("a script with Durable Objects has no previews", async () => {
  const code = `import { DurableObject } from "cloudflare:workers"; export class Room extends DurableObject {} ${hello("x")}`;
  await account.upload("objects", code, { migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] } });
  await enable("objects", true);
  const { id, metadata } = await uploadVersion("objects", code);
  expect(metadata.has_preview).toBe(false);
  expect(await visit(`${id.slice(0, 8)}-objects`)).toBe(404);
});
