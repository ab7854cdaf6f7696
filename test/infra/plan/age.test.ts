import { describe, expect, it } from "vitest";
import { expiryOf, isExpired, NEVER } from "../../../infra/plan/age.ts";

describe("a stack's age limit", () => {
  const since = "2026-11-24T12:00:00.000Z";

  it("counts from its first up, and 0 is none", () => {
    expect(expiryOf(since, 168)).toBe("2026-12-01T12:00:00.000Z");
    expect(expiryOf(since, 0)).toBe(NEVER);
  });

  it("is past at its very time, and never where there is none or no time at all", () => {
    const expires = expiryOf(since, 1);
    expect(isExpired(expires, new Date("2026-11-24T12:59:59.999Z"))).toBe(false);
    expect(isExpired(expires, new Date("2026-11-24T13:00:00Z"))).toBe(true);
    for (const odd of [NEVER, "", "soon"])
      expect(isExpired(odd, new Date("2100-01-01T00:00:00Z"))).toBe(false);
  });
});
