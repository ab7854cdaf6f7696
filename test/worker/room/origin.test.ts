import { expect, it } from "vitest";
import { REGIONS } from "../../../worker/bindings.ts";
import { Clock, isOrder } from "../../../worker/room/order.ts";
import { newOrigin } from "../../../worker/room/origin.ts";

it("two regions that were founded in the same instant never make the same order", () => {
  const now = Date.UTC(2026, 7, 1);
  const orders = REGIONS.map((region) => new Clock(newOrigin(region, now, 0)).next(now));
  expect(new Set(orders).size).toBe(REGIONS.length);
  expect(orders.every(isOrder)).toBe(true);
});
