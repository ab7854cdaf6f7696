import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount, uploadForm } from "../test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

const idSchema = z.object({ id: z.string() });
const versionSchema = z.object({
  bindings: z.array(z.object({ name: z.string(), text: z.string() })),
  modules: z.array(z.object({ name: z.string(), content_base64: z.string() })).optional(),
});
const code = (text: string) => `export default { fetch() { return new Response("${text}"); } };`;
const bound = { bindings: [{ type: "plain_text", name: "VERSION", text: "one" }] };

it("an earlier version keeps its code and bindings, and gives them back", async () => {
  await account.upload("kept", code("one"), bound);
  const listed = await account.call("GET", "A/workers/scripts/kept/versions");
  const [first] = z.object({ items: z.array(idSchema) }).parse(listed.result).items;
  await account.upload("kept", code("two"));
  const place = `A/workers/workers/kept/versions/${first?.id}`;
  const { bindings, modules } = versionSchema.parse(
    (await account.call("GET", `${place}?include=modules`)).result,
  );
  const sent = await z
    .instanceof(File)
    .parse(uploadForm(code("one")).get("index.mjs"))
    .text();
  const kept = Buffer.from(modules?.[0]?.content_base64 ?? "", "base64");
  const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
  expect(sha256(kept)).toBe(sha256(sent));
  expect(bindings).toEqual([expect.objectContaining({ name: "VERSION", text: "one" })]);
  expect(versionSchema.parse((await account.call("GET", place)).result).modules).toBeUndefined();
});

it("a version that is not there, or of another script, is not found", async () => {
  const { id } = idSchema.parse(
    (await account.call("POST", "A/workers/scripts/kept/versions", uploadForm(code("three")))).result,
  );
  await account.upload("other", code("other"));
  expect(await account.call("GET", `A/workers/workers/other/versions/${id}`)).toMatchObject({ status: 404 });
  expect((await account.call("GET", `A/workers/workers/kept/versions/${id}`)).status).toBe(200);
});
