import { describe, expect, it } from "vitest";
import { REGIONS } from "../../worker/bindings.ts";
import { nameProblem, roomProblem } from "../../worker/page/join-rules.ts";
import { dayKey, dayName, seconds } from "../../worker/page/moments.ts";
import { regionName, regionOfOrigin } from "../../worker/page/regions.ts";
import { hueOf, initials } from "../../worker/page/user-mark.ts";

const at = (year: number, month: number, day: number, hour = 12) =>
  new Date(year, month - 1, day, hour).getTime();

describe("days and times", () => {
  it("says today and yesterday, also around midnight and when the clocks change", () => {
    const now = at(2026, 11, 24, 0);
    expect(dayName(now, now)).toBe("Today");
    expect(dayName(at(2026, 11, 23, 23), now)).toBe("Yesterday");
    expect(dayName(at(2026, 3, 28, 1), at(2026, 3, 29, 23))).toBe("Yesterday");
    expect(dayName(at(2026, 10, 24, 23), at(2026, 10, 25, 23))).toBe("Yesterday");
    expect(dayKey(at(2026, 11, 24, 0))).toBe(dayKey(at(2026, 11, 24, 23)));
  });

  it("names older days, with the year when it is another one", () => {
    const now = at(2026, 11, 24);
    expect(dayName(at(2026, 11, 20), now)).not.toContain("2026");
    expect(dayName(at(2025, 11, 20), now)).toContain("2025");
  });

  it("never counts down to zero while there is something to wait for", () => {
    expect([seconds(1), seconds(1_000), seconds(1_001), seconds(-5)]).toEqual(["1 s", "1 s", "2 s", "1 s"]);
  });
});

describe("what tells users apart", () => {
  it("takes the first letters of the first and last word, and keeps an emoji whole", () => {
    expect(
      ["Ada Lovelace", "ada", "Jean Luc Picard", "👩‍👩‍👧 family", "محمد", "", "x_y-z"].map(initials),
    ).toEqual(["AL", "A", "JP", "👩‍👩‍👧F", "م", "?", "XZ"]);
  });

  it("gives a user the same colour always, and users different ones", () => {
    expect(hueOf("u1")).toBe(hueOf("u1"));
    const hues = new Set(Array.from({ length: 100 }, (_, index) => hueOf(`user-${index}`)));
    expect(hues.size).toBeGreaterThan(50);
    for (const hue of hues) expect(hue).toBeLessThan(360);
  });
});

describe("regions", () => {
  it("are named in words, and an unknown one stands for itself", () => {
    expect([regionName("weur"), regionName("moon")]).toEqual(["Western Europe", "moon"]);
    for (const region of REGIONS) expect(regionName(region)).toMatch(/^[A-Z][a-z]+/);
    expect([regionOfOrigin("apac.mhx3k2abq7"), regionOfOrigin("plain")]).toEqual(["apac", "plain"]);
  });
});

describe("the join form", () => {
  it("refuses what the room would refuse", () => {
    expect(["lobby", "A_b-9", "x".repeat(64)].map(roomProblem)).toEqual([undefined, undefined, undefined]);
    for (const room of ["", "a b", "a/b", "ä", "x".repeat(65)]) expect(roomProblem(room)).toMatch(/1 to 64/);
    expect([nameProblem("Ada"), nameProblem("🎉".repeat(32))]).toEqual([undefined, undefined]);
    expect(nameProblem("")).toMatch(/name|call/);
    expect(nameProblem("x".repeat(33))).toMatch(/33/);
  });
});
