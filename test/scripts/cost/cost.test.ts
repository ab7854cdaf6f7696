import { describe, expect, it } from "vitest";
import { BASE_DOLLARS, dollarsOf, PRICES } from "../../../scripts/cost/prices.ts";
import { billLines, caseTable, totalOf } from "../../../scripts/cost/report.ts";
import { type Load, usageOf, withoutHibernation } from "../../../scripts/cost/usage.ts";

const load: Load = { rooms: 1000, usersPerRoom: 20, messagesPerDay: 200, hoursPerDay: 8, regions: 1 };

describe("a month's bill", () => {
  it("is the plan alone for a room in which nobody speaks", () => {
    const idle = { ...load, rooms: 1, messagesPerDay: 0, hoursPerDay: 24 };
    expect(totalOf(usageOf(idle))).toBe(BASE_DOLLARS);
  });

  it("asks nothing for what the plan includes, and the published price for each million beyond", () => {
    const { included, perMillion } = PRICES.rowsWritten;
    expect(dollarsOf("rowsWritten", included)).toBe(0);
    expect(dollarsOf("rowsWritten", included + 3_000_000)).toBeCloseTo(3 * perMillion);
  });

  it("grows with messages, people and regions", () => {
    const total = totalOf(usageOf({ ...load, rooms: 100_000 }));
    for (const more of [{ messagesPerDay: 400 }, { usersPerRoom: 40 }, { regions: 3 }])
      expect(totalOf(usageOf({ ...load, rooms: 100_000, ...more }))).toBeGreaterThan(total);
  });

  it("is many times higher where a room cannot sleep", () => {
    const many = { ...load, rooms: 50_000 };
    expect(totalOf(withoutHibernation(many))).toBeGreaterThan(5 * totalOf(usageOf(many)));
  });

  it("names its prices' date and sources, and every meter", () => {
    const text = billLines(load).join("\n");
    expect(text).toMatch(/Prices as of \d{4}-\d{2}-\d{2}: https:/);
    for (const { name } of Object.values(PRICES)) expect(text).toContain(name);
    expect(caseTable().length).toBeGreaterThan(3);
  });
});
