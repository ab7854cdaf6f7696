import { describe, expect, it } from "vitest";
import { changedBy, failedProof } from "../../../scripts/release/proof.ts";

const SCRIPT = "cloudflare:index/workersScript:WorkersScript";
const step = (op: string, type: string, changed: string[] = []) => ({
  op,
  type,
  urn: `urn::${type}`,
  parent: undefined,
  inputs: {},
  changed,
});
const [OLD, NEW] = ["a".repeat(64), "b".repeat(64)] as const;
const release = (version: string, migrationTag = "v1") => ({ version, migrationTag });
const said = (releases: ReturnType<typeof release>[], code = true) =>
  failedProof("dev", { releases, heldBack: [] }, { code, address: false }, "it is ill");

describe("what a plan changes", () => {
  it("is the code when the script is made, taken over, or gets other contents", () => {
    for (const op of ["create", "import", "create-replacement"])
      expect(changedBy([step(op, SCRIPT)]).code).toBe(true);
    expect(changedBy([step("update", SCRIPT, ["bindings", "contentSha256"])]).code).toBe(true);
    expect(changedBy([step("update", SCRIPT, ["bindings"])]).code).toBe(false);
  });

  it("is an address when something is made in the account", () => {
    expect(changedBy([step("create", "cloudflare:index/workersRoute:WorkersRoute")])).toEqual({
      code: false,
      address: true,
    });
    expect(changedBy([step("update", SCRIPT)]).address).toBe(false);
  });
});

describe("a version that fails its smoke test", () => {
  it("is told with the release to go back to, and the command", () => {
    expect(said([release(OLD), release(NEW)])).toBe(
      "Version bbbbbbbbbbbb has all traffic and fails its smoke test: it is ill. " +
        "To go back to aaaaaaaaaaaa: npm run rollback -- dev",
    );
  });

  it("has no way back when it is the first, changed the classes, or is the same code under other settings", () => {
    expect(said([release(NEW)])).toMatch(/nothing to go back to: correct it, then npm run up -- dev/);
    expect(said([release(OLD), release(NEW, "v2")])).toMatch(
      /no rollback crosses: correct the code, then npm run up/,
    );
    expect(said([release(OLD), release(NEW)], false)).toMatch(
      /ran before as well.*in Pulumi\.dev\.yaml, then npm run up/,
    );
  });
});
