import { describe, expect, it } from "vitest";
import { keptWithoutScript } from "../../../infra/plan/kept-secrets.ts";

describe("a secret that is kept", () => {
  it("needs a script that has it: a first up says so before anything is uploaded", () => {
    expect(keptWithoutScript(["ADMIN_TOKEN"], { tag: "v1" }, "dev")).toEqual([]);
    expect(keptWithoutScript([], undefined, "dev")).toEqual([]);
    const [problem] = keptWithoutScript(["ADMIN_TOKEN", "SESSION_KEY"], undefined, "dev");
    expect(problem?.what).toMatch(/ADMIN_TOKEN, SESSION_KEY, but there is no script yet/);
    expect(problem?.fix).toMatch(/--stack dev/);
  });
});
