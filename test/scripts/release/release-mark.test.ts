import { describe, expect, it } from "vitest";
import { judgeSplit, markText, ownMark, readMark, thisHost } from "../../../scripts/release/release-mark.ts";

const mark = ownMark("0123456789ab", "3c1f8a52-7f1e-4a8f-9d5e-0a2b4c6d8e0f");
const split = (message: string) => ({
  id: "d",
  message,
  shares: [
    { versionId: "new", percentage: 5 },
    { versionId: "old", percentage: 95 },
  ],
});

describe("what a split deployment means", () => {
  it("is read from the mark that the release wrote on it, whatever names the machine and user have", () => {
    expect(readMark(markText(mark))).toEqual(mark);
    expect(mark.user).not.toMatch(/\s/);
    expect(markText(mark).length).toBeLessThan(1000);
  });

  it("is nothing for all traffic in one version, and for no script at all", () => {
    expect(judgeSplit(undefined, thisHost)).toEqual({ is: "whole" });
    const whole = { ...split(markText(mark)), shares: [{ versionId: "old", percentage: 100 }] };
    expect(judgeSplit(whole, thisHost)).toEqual({ is: "whole" });
  });

  it("is a release at work while its process runs, and an abandoned one afterwards", () => {
    expect(judgeSplit(split(markText(mark)), thisHost)).toEqual({ is: "running", mark });
    const gone = { ...mark, startTime: "0" };
    expect(judgeSplit(split(markText(gone)), thisHost)).toEqual({ is: "abandoned", mark: gone });
  });

  it("is a release that may be at work when it comes from another host", () => {
    const elsewhere = { ...mark, host: "elsewhere", startTime: "0" };
    expect(judgeSplit(split(markText(elsewhere)), thisHost).is).toBe("running");
  });

  it("is somebody's own doing without the mark", () => {
    expect(judgeSplit(split("rollout by hand"), thisHost)).toEqual({ is: "foreign" });
  });
});
