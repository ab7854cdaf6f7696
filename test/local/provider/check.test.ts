import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BINDING_TYPES } from "../../../local/provider/resources/script-bindings.ts";
import { ACCOUNT, lab, TYPES, urn } from "./lab.ts";

const SHA = "a".repeat(64);
const base = { accountId: ACCOUNT, scriptName: "chat" };

async function reasons(inputs: Record<string, unknown>, type = TYPES.script, project?: string) {
  const { engine } = await lab([], project);
  // Some of these inputs are wrong on purpose, and JSON all the same.
  return (await engine.check(type, urn(type), inputs as Record<string, string>)).reasons;
}

describe("inputs of a script are refused in the official provider's words", () => {
  it("without any content", async () => {
    expect(await reasons(base)).toEqual([
      "Missing Attribute Configuration. At least one of these attributes must be configured: [content,content_file,assets]",
    ]);
  });

  it("with a file but no hash", async () => {
    expect(await reasons({ ...base, contentFile: "w.mjs" })).toEqual([
      'Invalid Attribute Combination. Attribute "content_sha256" must be specified when "content_file" is specified. Examine values at \'x.contentFile\'.',
    ]);
  });

  it("with the hash of another content", async () => {
    const folder = mkdtempSync(join(tmpdir(), "check-"));
    writeFileSync(join(folder, "w.mjs"), "");
    const actual = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(
      await reasons({ ...base, contentFile: "w.mjs", contentSha256: SHA }, TYPES.script, folder),
    ).toEqual([
      `SHA-256 Hash Mismatch. The provided SHA-256 hash '${SHA}' does not match the actual hash '${actual}' of content_file (w.mjs). Examine values at 'x.contentSha256'.`,
    ]);
  });

  it("with the hash of another content given inline", async () => {
    expect(await reasons({ ...base, content: "", contentSha256: SHA })).toEqual([
      expect.stringMatching(
        /^SHA-256 Hash Mismatch\. .* of content\. Examine values at 'x\.contentSha256'\.$/,
      ),
    ]);
  });

  it("with a file that is not there", async () => {
    expect(await reasons({ ...base, contentFile: "/nope.mjs", contentSha256: SHA })).toEqual([
      "Hash Calculation Error. Failed to calculate SHA-256 hash of file '/nope.mjs': failed to open file: open /nope.mjs: no such file or directory. Examine values at 'x.contentSha256'.",
    ]);
  });

  it("with a binding of an unknown type or without a name", async () => {
    const bindings = [{ name: "A", type: "durable_objects" }, { type: "json" }];
    const list = BINDING_TYPES.map((type) => `"${type}"`).join(" ");
    expect(await reasons({ ...base, content: "", bindings })).toEqual([
      `Invalid Attribute Value Match. Attribute bindings[0].type value must be one of: [${list}], got: "durable_objects". Examine values at 'x.bindings[0].type'.`,
      "Missing required property 'bindings[1].name': A JavaScript variable name for the binding.",
    ]);
  });

  it("with a usage model that does not exist", async () => {
    expect(await reasons({ ...base, content: "", usageModel: "free" })).toEqual([
      'Invalid Attribute Value Match. Attribute usage_model value must be one of: ["standard" "bundled" "unbound"], got: "free". Examine values at \'x.usageModel\'.',
    ]);
  });

  it("with a value of the wrong type", async () => {
    await expect(reasons({ ...base, content: "", logpush: "yes" })).rejects.toThrow(
      'cannot encode resource inputs to call ValidateResourceConfig: objectEncoder failed on property "logpush": Expected a Boolean',
    );
  });

  it("without a required property", async () => {
    expect(await reasons({ scriptName: "chat", content: "" })).toEqual([
      "Missing required property 'accountId': Identifier.",
    ]);
  });
});

describe("what the stand-in cannot do", () => {
  it("is refused by name, and not left out of the upload", async () => {
    const script = await reasons({ ...base, content: "", assets: { directory: "public" } });
    expect(script).toEqual([expect.stringContaining("does not model 'assets' of WorkersScript")]);
    const key = { accountId: ACCOUNT, namespaceId: "n", keyName: "k", value: "v", expirationTtl: 60 };
    expect(await reasons(key, TYPES.key)).toEqual([
      expect.stringContaining("does not model 'expirationTtl' of WorkersKv"),
    ]);
    const placement = await reasons({ ...base, content: "", placement: { mode: "smart" } });
    expect(placement).toEqual([expect.stringContaining("'placement' of WorkersScript does not work")]);
  });

  it("names the resource types that there are", async () => {
    const type = "cloudflare:index/queue:Queue";
    await expect(reasons({}, type)).rejects.toThrow(
      /does not model cloudflare:index\/queue:Queue; it has .*WorkersScript/,
    );
  });

  it("names the functions that there are", async () => {
    const { engine } = await lab([]);
    const invoked = engine.invoke("cloudflare:index/getQueue:getQueue", {});
    await expect(invoked).rejects.toThrow(
      /does not model .*getQueue; it has getWorkersScripts, getZone, getZones/,
    );
  });
});

describe("a misspelt input", () => {
  it("is dropped without a word, as the official provider does", async () => {
    const { engine } = await lab([]);
    const inputs = { ...base, content: "", compatabilityDate: "2026-01-01" };
    expect(await engine.check(TYPES.script, urn(TYPES.script), inputs)).toEqual({
      inputs: { ...base, content: "" },
      reasons: [],
    });
  });
});
