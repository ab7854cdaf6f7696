import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { serverBill } from "../../../scripts/cost/central-server.ts";
import { readMeasured } from "../../../scripts/cost/measured.ts";
import { filled } from "../../../scripts/cost/page.ts";
import { BASE_DOLLARS, dollarsOf, PRICES } from "../../../scripts/cost/prices.ts";
import { billLines, CASES, caseTable, totalOf } from "../../../scripts/cost/report.ts";
import {
  articlesCode,
  type Load,
  ratesFor,
  USUAL,
  usageOf,
  withoutHibernation,
} from "../../../scripts/cost/usage.ts";
import { projectFolder } from "../../../scripts/toolchain/places.ts";

const measured = readMeasured();
const load: Load = { ...USUAL, rooms: 1000, usersPerRoom: 20, messagesPerDay: 200 };
const bill = (one: Load): number => totalOf(usageOf(one, measured));

describe("a month's bill", () => {
  it("is the plan alone for a room in which nobody speaks", () => {
    expect(bill({ ...load, rooms: 1, messagesPerDay: 0, hoursPerDay: 24 })).toBe(BASE_DOLLARS);
  });

  it("asks nothing for what the plan includes, and the published price for each million beyond", () => {
    const { included, perMillion } = PRICES.rowsWritten;
    expect(dollarsOf("rowsWritten", included)).toBe(0);
    expect(dollarsOf("rowsWritten", included + 3_000_000)).toBeCloseTo(3 * perMillion);
  });

  it("grows with messages, people, visits, regions and logs", () => {
    const many = { ...load, rooms: 100_000 };
    for (const more of [
      { messagesPerDay: 400 },
      { usersPerRoom: 40 },
      { visitsPerDay: 6 },
      { regions: 3 },
      { logShare: 1 },
    ])
      expect(bill({ ...many, ...more })).toBeGreaterThan(bill(many));
  });

  it("is many times higher where a room cannot sleep, and never lower", () => {
    const many = { ...load, rooms: 50_000 };
    expect(totalOf(withoutHibernation(many, measured))).toBeGreaterThan(5 * bill(many));
    for (const { name, ...one } of CASES)
      expect(totalOf(withoutHibernation(one, measured)), name).toBeGreaterThanOrEqual(bill(one));
  });

  it("of the article's code has nothing stored in it, and all the time that somebody is connected", () => {
    const usage = articlesCode({ ...load, regions: 3, logShare: 1 }, measured);
    expect(usage).toMatchObject({ rowsWritten: 0, stored: 0, kvWrites: 0, dataPoints: 0, logEvents: 0 });
    expect(usage.objectDuration).toBe(1000 * 30 * 8 * 3600 * 0.125);
  });

  it("names its prices' date and sources, and every meter", () => {
    const text = billLines(load, measured).join("\n");
    expect(text).toMatch(/Prices as of \d{4}-\d{2}-\d{2}: https:/);
    for (const { name } of Object.values(PRICES)) expect(text).toContain(name);
  });

  it("is the same from the command as on the page", () => {
    const page = readFileSync(path.join(projectFolder, "docs/cost.md"), "utf8");
    expect(filled(page, measured)).toBe(page);
    const command = (...args: string[]) =>
      execFileSync(process.execPath, [path.join(projectFolder, "scripts/cost.ts"), ...args], {
        encoding: "utf8",
      });
    expect(command()).toContain(caseTable(measured).join("\n"));
    const { rooms, usersPerRoom, messagesPerDay } = CASES[2];
    const total = caseTable(measured)[4]?.split(" | ")[1];
    const said = command(
      ...["--rooms", String(rooms), "--users", String(usersPerRoom)],
      ...["--messages", String(messagesPerDay)],
    );
    expect(said).toContain(`Together ${total} a month`);
  });

  it("refuses what cannot be", () => {
    expect(() =>
      execFileSync(process.execPath, [path.join(projectFolder, "scripts/cost.ts"), "--regions", "99"], {
        stdio: "pipe",
      }),
    ).toThrow(/--regions 99: from 1 to/);
  });
});

describe("counts of a room between two that were measured", () => {
  it("lie between theirs, and are theirs where they were measured", () => {
    const rates = (regions: number) => ratesFor(measured, "perMessage", regions, "rowsWritten");
    for (const { regions, perMessage } of measured.hours)
      expect(rates(regions)).toBeCloseTo(perMessage.rowsWritten);
    expect(rates(2)).toBeGreaterThan(rates(1));
    expect(rates(2)).toBeLessThan(rates(3));
  });
});

describe("servers in one place", () => {
  it("are at least two, and as many as the connections need", () => {
    expect(serverBill({ ...load, rooms: 1 }).servers).toBe(2);
    expect(serverBill({ ...load, rooms: 50_000 }).servers).toBe(51);
  });
});
