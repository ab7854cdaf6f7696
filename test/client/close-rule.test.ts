import { describe, expect, it } from "vitest";
import { afterClose } from "../../client/close-rule.ts";
import type { ErrorFrame } from "../../worker/room/protocol.ts";

const refusal = (code: ErrorFrame["code"], retryAfterMs?: number): ErrorFrame => ({
  type: "error",
  code,
  message: `because of ${code}`,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

describe("what a close means", () => {
  it.each([1000, 1008, 4003, 4400, 4401, 4403])("does not come back after %i", (code) => {
    expect(afterClose(code).final).toBe(true);
  });

  it.each([1001, 1006, 1011, 1012, 1013, 4429, 4503, 3999])("comes back after %i", (code) => {
    expect(afterClose(code).final).toBe(false);
  });

  it("gives the refusal's own reason and words", () => {
    expect(afterClose(4400, refusal("bad_username"))).toEqual({
      final: true,
      reason: "bad_username",
      message: "because of bad_username",
    });
  });

  it("waits as long as the refusal says, and some seconds when a full room does not say", () => {
    expect(afterClose(4503, refusal("unavailable", 12_000))).toEqual({
      final: false,
      retryAfterMs: 12_000,
      message: "because of unavailable",
    });
    expect(afterClose(4429)).toEqual({ final: false, retryAfterMs: 5_000 });
    expect(afterClose(1006)).toEqual({ final: false });
  });
});
