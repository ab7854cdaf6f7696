import { describe, expect, it } from "vitest";
import { type Home, leftBehind } from "../../../infra/plan/rooms-address.ts";

const home = (regions: readonly string[], jurisdiction?: string): Home => ({ regions, jurisdiction });
const told = (before: Home | undefined, now: Home, allowed: readonly string[] = []) =>
  leftBehind({ stack: "dev", before, now, allowed });

describe("the regions of a live stack", () => {
  it("may be chosen freely before the first up, and come and change their order", () => {
    expect(told(undefined, home(["enam"]))).toEqual([]);
    expect(told(home(["weur"]), home(["enam", "weur"]))).toEqual([]);
    expect(told(home(["weur", "enam"]), home(["enam", "weur"]))).toEqual([]);
  });

  it("may not leave, because rooms that only they hold would stay behind; each is named, with the reason and all ways on", () => {
    const problems = told(home(["weur", "enam"]), home(["apac"]), ["enam"]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toMatch(
      /region weur leaves .*only it holds.*object is named region\/room.*empty rooms of apac/,
    );
    expect(problems[0]?.fix).toMatch(
      /Put weur back.*closedRegions.*config set --path 'allowLeftRegions\[1\]' weur --stack dev/,
    );
  });

  it("each get a place of their own in the list of what is agreed to", () => {
    const fixes = told(home(["weur", "enam"]), home(["apac"])).map(({ fix }) => fix);
    expect(fixes[0]).toContain("'allowLeftRegions[0]' weur");
    expect(fixes[1]).toContain("'allowLeftRegions[1]' enam");
  });
});

describe("the jurisdiction of a live stack", () => {
  it.each([
    [undefined, "eu", /no jurisdiction becomes jurisdiction eu/, /back to nothing/],
    ["eu", undefined, /jurisdiction eu becomes no jurisdiction/, /back to eu/],
    ["us", "fedramp", /jurisdiction us becomes jurisdiction fedramp/, /back to us/],
  ])(
    "may not change from %s to %s, because ids carry it and every room would begin anew",
    (was, is, what, fix) => {
      const problems = told(home(["weur", "eeur"], was), home(["weur", "eeur"], is));
      expect(problems).toHaveLength(1);
      expect(problems[0]?.what).toMatch(what);
      expect(problems[0]?.fix).toMatch(fix);
      expect(problems[0]?.fix).toMatch(/allowLeftRegions\[0\]' weur .* && .*allowLeftRegions\[1\]' eeur/);
    },
  );

  it("may change where every region's rooms may stay behind, and before the first up", () => {
    expect(told(home(["weur"], "eu"), home(["weur"]), ["weur"])).toEqual([]);
    expect(told(undefined, home(["weur"], "eu"))).toEqual([]);
  });
});
