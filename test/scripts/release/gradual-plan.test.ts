import { describe, expect, it } from "vitest";
import { changesScript, whyAtOnce } from "../../../scripts/release/gradual-plan.ts";

const SCRIPT = "cloudflare:index/workersScript:WorkersScript";
const KV = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";
const step = (type: string, op: string, inputs: Record<string, unknown> = {}) => ({
  op,
  type,
  urn: `urn:${type}`,
  parent: undefined,
  inputs,
  changed: [],
});
const question = {
  stack: "dev",
  plan: [step(SCRIPT, "update", { contentSha256: "new" })],
  running: "old",
  built: "new",
  liveTag: "v1",
  newestTag: "v1",
};

describe("a change of the script", () => {
  it("is gradual when only the code differs from what runs", () => {
    expect(changesScript(question.plan)).toBe(true);
    expect(whyAtOnce(question)).toBeUndefined();
  });

  it("is none for a script that is made, stays, or is replaced", () => {
    for (const op of ["create", "same", "replace", "delete"])
      expect(changesScript([step(SCRIPT, op)])).toBe(false);
    expect(changesScript([step(KV, "update")])).toBe(false);
  });

  it("goes out at once when nothing runs yet, or the code is what runs", () => {
    expect(whyAtOnce({ ...question, running: undefined })).toMatch(/no version has the traffic/);
    expect(whyAtOnce({ ...question, running: "new" })).toMatch(/only settings change/);
  });
});

describe("a gradual release is refused with its way out", () => {
  it("while a migration is pending", () => {
    expect(() => whyAtOnce({ ...question, newestTag: "v2" })).toThrow(
      /pending migration \(live tag v1, newest step v2\)[\s\S]*npm run up -- dev --all-at-once/,
    );
  });

  it("together with another directory of rooms", () => {
    const plan = [...question.plan, step(KV, "replace")];
    expect(() => whyAtOnce({ ...question, plan })).toThrow(/directory of rooms/);
  });

  it("when the sources are no longer those of the plan", () => {
    expect(() => whyAtOnce({ ...question, built: "newer" })).toThrow(
      /sources changed while the plan was shown/,
    );
  });
});
