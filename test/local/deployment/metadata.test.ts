import { describe, expect, it } from "vitest";
import { CloudflareError } from "../../../local/cloudflare-errors.ts";
import { checkReferences, resolveBindings } from "../../../local/deployment/bindings.ts";
import { parseMetadata } from "../../../local/deployment/metadata.ts";
import type { Binding } from "../../../local/state/binding.ts";

const parse = (metadata: object) => parseMetadata(JSON.stringify({ main_module: "index.mjs", ...metadata }));

function refusal(work: () => unknown): CloudflareError {
  try {
    work();
  } catch (error) {
    if (error instanceof CloudflareError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("metadata of an upload", () => {
  it("an unknown binding type is refused by name, never dropped", () => {
    const error = refusal(() => parse({ bindings: [{ type: "d1", name: "DB", id: "x" }] }));
    expect(error).toMatchObject({ status: 501, code: 10021, retryable: false });
    expect(error.message).toContain("binding 'DB' of type 'd1'");
  });

  it("an unknown key with a value is refused by name; an empty one changes nothing", () => {
    expect(refusal(() => parse({ containers: [{ class_name: "X" }] })).message).toContain("'containers'");
    expect(parse({ containers: [], placement: { mode: "smart" } }).main_module).toBe("index.mjs");
  });

  it("declarative exports of Durable Objects are refused by name", () => {
    const exports = { Room: { type: "durable-object", storage: "sqlite" } };
    expect(() => parseMetadata(JSON.stringify({ main_module: "a.mjs", exports }))).toThrow(/'exports'/);
  });

  it("two bindings of one name are refused", () => {
    const twice = [
      { type: "plain_text", name: "A", text: "1" },
      { type: "plain_text", name: "A", text: "2" },
    ];
    expect(refusal(() => parse({ bindings: twice })).message).toContain("'A' is used more than once");
  });

  it("a binding without what its type needs says which", () => {
    const error = refusal(() => parse({ bindings: [{ type: "kv_namespace", name: "KV" }] }));
    expect(error.message).toMatch(/binding KV of type kv_namespace.*namespace_id/s);
  });

  it("text that is not JSON is refused, not crashed on", () => {
    expect(refusal(() => parseMetadata("{")).status).toBe(400);
  });
});

describe("bindings taken over from the version before", () => {
  const previous: Binding[] = [
    { type: "secret_text", name: "KEY", text: "old" },
    { type: "plain_text", name: "VAR", text: "old" },
  ];
  const names = (bindings: readonly Binding[]) => bindings.map(({ name }) => name).sort();

  it("wrangler's uploads keep secrets, the official provider's replace them", () => {
    const given: Binding[] = [{ type: "plain_text", name: "NEW", text: "1" }];
    expect(names(resolveBindings(given, previous, { types: undefined, secretsByDefault: true }))).toEqual([
      "KEY",
      "NEW",
    ]);
    expect(names(resolveBindings(given, previous, { types: undefined, secretsByDefault: false }))).toEqual([
      "NEW",
    ]);
  });

  it("keep_bindings says exactly which types stay", () => {
    expect(names(resolveBindings([], previous, { types: ["plain_text"], secretsByDefault: true }))).toEqual([
      "VAR",
    ]);
  });

  it("a binding that is given wins over the kept one", () => {
    const given: Binding[] = [{ type: "secret_text", name: "KEY", text: "new" }];
    const resolved = resolveBindings(given, previous, { types: undefined, secretsByDefault: true });
    expect(resolved).toEqual(given);
  });

  it("inherit takes the old value, and 10057 when there is none", () => {
    const keep = { types: [], secretsByDefault: false };
    expect(resolveBindings([{ type: "inherit", name: "KEY" }], previous, keep)).toEqual([previous[0]]);
    expect(refusal(() => resolveBindings([{ type: "inherit", name: "NOPE" }], previous, keep)).code).toBe(
      10057,
    );
  });
});

describe("bindings that point at nothing", () => {
  const around = { script: "own", kvNamespaceIds: ["k1"], scripts: ["other"], objectNamespaces: [] };
  it.each<[string, Binding, number]>([
    ["a KV namespace", { type: "kv_namespace", name: "KV", namespace_id: "nope" }, 10041],
    ["a service", { type: "service", name: "S", service: "nope" }, 10143],
    [
      "another script's class",
      { type: "durable_object_namespace", name: "R", class_name: "Room", script_name: "other" },
      10061,
    ],
  ])("%s", (_, binding, code) => {
    expect(refusal(() => checkReferences([binding], around)).code).toBe(code);
  });
});
