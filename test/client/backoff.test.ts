import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reconnectDelay } from "../../client/backoff.ts";

const random = fc.double({ min: 0, max: 0.999, noNaN: true });

describe("reconnect delay", () => {
  it("spreads the first return over a second and grows to at most 30 s", () => {
    expect(reconnectDelay(0, 0)).toBe(0);
    expect(reconnectDelay(0, 0.5)).toBe(500);
    expect(reconnectDelay(1, 0)).toBe(1_000);
    expect(reconnectDelay(20, 0.999)).toBeLessThanOrEqual(30_000);
    expect(reconnectDelay(20, 0)).toBe(15_000);
  });

  it("never comes back before the time that the server named", () => {
    fc.assert(
      fc.property(fc.nat(30), random, fc.nat(600_000), (attempt, chance, retryAfterMs) => {
        expect(reconnectDelay(attempt, chance, retryAfterMs)).toBeGreaterThanOrEqual(retryAfterMs);
      }),
    );
  });

  it("differs between clients that were told the same", () => {
    expect(reconnectDelay(0, 0.1, 10_000)).not.toBe(reconnectDelay(0, 0.9, 10_000));
  });
});
