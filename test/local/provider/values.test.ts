import { describe, expect, it } from "vitest";
import { isObject, type Properties, secret, UNKNOWN } from "../../../local/provider/values.ts";
import { ACCOUNT, lab, success, TYPES, urn } from "./lab.ts";

const SCRIPT = `accounts/${ACCOUNT}/workers/scripts/chat`;
const bindings = [{ name: "KEY", type: "secret_text", text: "s3cret" }];
const script: Properties = {
  accountId: ACCOUNT,
  scriptName: "chat",
  content: "export default {}",
  mainModule: "w.mjs",
  compatibilityDate: "2026-01-01",
  bindings,
};

const metadata = (body: string | undefined): Properties => {
  const text = /name="metadata"[^{]*(\{.*\})/.exec(body ?? "")?.[1] ?? "{}";
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
};

describe("secrets", () => {
  it("are not accepted as such, so that the engine hides all bindings, as with the official provider", async () => {
    const { engine } = await lab([]);
    expect((await engine.handshake()).getAcceptSecrets()).toBe(false);
  });

  it("leave in plain and come back marked, whether or not the engine marks them", async () => {
    const marked = [{ name: "KEY", type: "secret_text", text: secret("s3cret") }];
    for (const given of [bindings, marked, secret(bindings)]) {
      const { engine, api } = await lab([success(`PUT ${SCRIPT}`, { id: "chat" })]);
      const { properties } = await engine.create(TYPES.script, urn(TYPES.script), {
        ...script,
        bindings: given,
      });
      expect(metadata(api.seen[0]?.body).bindings).toEqual(bindings);
      expect(properties.bindings).toEqual(marked);
    }
  });

  it("are marked in checked inputs and in previews too", async () => {
    const { engine } = await lab([]);
    const marked = [{ name: "KEY", type: "secret_text", text: secret("s3cret") }];
    const { inputs } = await engine.check(TYPES.script, urn(TYPES.script), script);
    expect(inputs.bindings).toEqual(marked);
    const { properties } = await engine.create(TYPES.script, urn(TYPES.script), script, true);
    expect(properties.bindings).toEqual(marked);
  });
});

describe("values that only the run will know", () => {
  it("pass through check and preview without a call", async () => {
    const { engine, api } = await lab([]);
    const inputs = { ...script, bindings: [{ name: "KV", type: "kv_namespace", namespaceId: UNKNOWN }] };
    expect((await engine.check(TYPES.script, urn(TYPES.script), inputs)).reasons).toEqual([]);
    const { id, properties } = await engine.create(TYPES.script, urn(TYPES.script), inputs, true);
    expect(id).toBe("");
    expect(properties).toMatchObject({ bindings: inputs.bindings, etag: UNKNOWN, id: UNKNOWN });
    expect(api.seen).toEqual([]);
  });

  it("are accepted for a file, its hash, and whole bindings", async () => {
    const { engine } = await lab([]);
    const inputs = { accountId: ACCOUNT, scriptName: "chat", contentFile: UNKNOWN, contentSha256: UNKNOWN };
    const { reasons } = await engine.check(TYPES.script, urn(TYPES.script), { ...inputs, bindings: UNKNOWN });
    expect(reasons).toEqual([]);
  });

  it("count as a change, and replace where a change would", async () => {
    const { engine } = await lab([]);
    const state = { zoneId: "z", pattern: "a/*", script: "chat", id: "r1" };
    const changed = { zoneId: UNKNOWN, pattern: "a/*", script: "chat" };
    expect(await engine.diff(TYPES.route, urn(TYPES.route), "r1", state, changed)).toEqual({
      changes: true,
      diffs: ["zoneId"],
      replaces: ["zoneId"],
    });
  });
});

describe("what a program leaves out", () => {
  const state: Properties = {
    ...script,
    logpush: true,
    tailConsumers: [],
    compatibilityFlags: ["a"],
    id: "chat",
  };

  it("keeps what the cloud has set for it, except where there is a default", async () => {
    const { engine } = await lab([]);
    const { diffs } = await engine.diff(TYPES.script, urn(TYPES.script), "chat", state, script);
    expect(diffs).toContain("logpush");
    const calm = await engine.diff(
      TYPES.script,
      urn(TYPES.script),
      "chat",
      { ...state, logpush: false, usageModel: "standard" },
      script,
    );
    expect(calm).toEqual({ changes: false, diffs: [], replaces: [] });
  });

  it("does not depend on the order of compatibility flags", async () => {
    const { engine } = await lab([]);
    const flags = (compatibilityFlags: string[]) => ({ ...script, logpush: false, compatibilityFlags });
    const before = { ...flags(["b", "a"]), usageModel: "standard", id: "chat" };
    const { changes } = await engine.diff(TYPES.script, urn(TYPES.script), "chat", before, flags(["a", "b"]));
    expect(changes).toBe(false);
  });
});

describe("bindings of every kind", () => {
  it("are sent in the program's order, JSON as a value and not as text", async () => {
    const { engine, api } = await lab([success(`PUT ${SCRIPT}`, { id: "chat" })]);
    const given = [
      { name: "Z", type: "json", json: '{"b":1,"a":[2]}' },
      { name: "V", type: "version_metadata" },
      { name: "S", type: "service", service: "other", environment: "production" },
      { name: "ROOM", type: "durable_object_namespace", className: "Room" },
      { name: "RL", type: "ratelimit", namespaceId: "1", simple: { limit: 1, period: 60 } },
    ];
    await engine.create(TYPES.script, urn(TYPES.script), { ...script, bindings: given });
    expect(metadata(api.seen[0]?.body).bindings).toEqual([
      { name: "Z", type: "json", json: { b: 1, a: [2] } },
      { name: "V", type: "version_metadata" },
      { name: "S", type: "service", service: "other", environment: "production" },
      { name: "ROOM", type: "durable_object_namespace", class_name: "Room" },
      { name: "RL", type: "ratelimit", namespace_id: "1", simple: { limit: 1, period: 60 } },
    ]);
  });
});
