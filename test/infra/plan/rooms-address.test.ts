import { describe, expect, it } from "vitest";
import { leftRegions, type RegionChange } from "../../../infra/plan/rooms-address.ts";

const told = (change: Partial<RegionChange>) =>
  leftRegions({ stack: "dev", before: ["weur"], now: ["weur"], allowed: [], ...change });

describe("the regions of a live stack", () => {
  it("may be chosen freely before the first up, and come and change their order", () => {
    expect(told({ before: undefined, now: ["enam"] })).toEqual([]);
    expect(told({ now: ["enam", "weur"] })).toEqual([]);
    expect(told({ before: ["weur", "enam"], now: ["enam", "weur"] })).toEqual([]);
  });

  it("may not leave, because their rooms would stay behind; each is named, with the reason and both ways on", () => {
    const problems = told({ before: ["weur", "enam"], now: ["apac"], allowed: ["enam"] });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toMatch(
      /region weur leaves .*object is named region\/room.*empty rooms of apac/,
    );
    expect(problems[0]?.fix).toMatch(
      /Put weur back.*config set --path 'allowLeftRegions\[1\]' weur --stack dev/,
    );
  });
});
