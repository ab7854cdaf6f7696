import { describe, expect, it } from "vitest";
import { Overtaken } from "../../../scripts/release/give-next.ts";
import { markText } from "../../../scripts/release/release-mark.ts";
import { giveBack, ReleaseFailed, type RollOut, rollOut } from "../../../scripts/release/roll-out.ts";
import type { Deployment, Share } from "../../../scripts/release/traffic.ts";

/** An account's deployments of one script, and what was said. */
function account() {
  const made: Deployment[] = [{ id: "d0", shares: [{ versionId: "old", percentage: 100 }], message: "" }];
  const said: string[] = [];
  let refusals = 0;
  let inBetween: (() => void) | undefined;
  return {
    made,
    /** Happens in the moment between a look at the traffic and the next deployment. */
    between: (what: () => void) => {
      inBetween = what;
    },
    said,
    /** The next calls fail. */
    refuse: (calls: number) => {
      refusals = calls;
    },
    byHand: (...shares: Share[]) => made.push({ id: `d${made.length}`, shares, message: "by hand" }),
    release: (message: string, ...shares: Share[]) => made.push({ id: `d${made.length}`, shares, message }),
    shares: () =>
      made.map(({ shares }) => shares.map(({ versionId, percentage }) => `${versionId} ${percentage}`)),
    traffic: {
      current: async () => made.at(-1),
      recent: async () => made.toReversed(),
      give: async (shares: readonly Share[], message: string) => {
        if (refusals > 0) {
          refusals -= 1;
          throw new Error("500");
        }
        inBetween?.();
        inBetween = undefined;
        const deployment = { id: `d${made.length}`, shares: [...shares], message };
        made.push(deployment);
        return deployment;
      },
    },
  };
}

function release(lab: ReturnType<typeof account>, with_: Partial<RollOut> = {}): Promise<Deployment> {
  const [before] = lab.made;
  if (before === undefined) throw new Error("no deployment to begin with");
  return rollOut({
    traffic: lab.traffic,
    before,
    from: "old",
    to: "new",
    steps: [5, 25],
    mark: "mark",
    test: async (percentage) => [`works at ${percentage}`],
    bake: async () => {},
    say: (line) => lab.said.push(line),
    signal: new AbortController().signal,
    ...with_,
  });
}

describe("a release", () => {
  it("gives the new version each step's share, first in the list, tested, and leaves the last one", async () => {
    const lab = account();
    const last = await release(lab);
    expect(lab.shares()).toEqual([["old 100"], ["new 5", "old 95"], ["new 25", "old 75"]]);
    expect(last.id).toBe("d2");
    expect(lab.said).toEqual([
      "  step 1 of 2, 5 % of the traffic goes to the new version",
      "  ✓ works at 5",
      "  step 2 of 2, 25 % of the traffic goes to the new version",
      "  ✓ works at 25",
    ]);
    expect(lab.made.at(-1)?.message).toBe("mark");
  });

  it("adds up to 100 with fractions of a percent", async () => {
    const lab = account();
    await release(lab, { steps: [0.1] });
    expect(lab.shares().at(-1)).toEqual(["new 0.1", "old 99.9"]);
  });

  it("that fails a test gives all traffic back, and names the step and the reason", async () => {
    const lab = account();
    const test = async (percentage: number) => {
      if (percentage === 25) throw new Error("messages are lost");
      return [];
    };
    await expect(release(lab, { test })).rejects.toThrow(
      new ReleaseFailed("The release failed at step 2 of 2, 25 %: messages are lost"),
    );
    expect(lab.shares().at(-1)).toEqual(["old 100"]);
  });

  it("that fails while it bakes gives all traffic back", async () => {
    const lab = account();
    let tests = 0;
    const test = async () => {
      tests += 1;
      if (tests > 1) throw new Error("it leaks");
      return [];
    };
    await expect(release(lab, { test, bake: (_, again) => again() })).rejects.toThrow(
      /step 1 of 2, 5 %: it leaks/,
    );
    expect(lab.shares()).toEqual([["old 100"], ["new 5", "old 95"], ["old 100"]]);
  });

  it("that is interrupted gives all traffic back", async () => {
    const lab = account();
    const stopping = new AbortController();
    const bake = async (_: number, again: () => Promise<void>) => {
      stopping.abort();
      await again();
    };
    await expect(release(lab, { bake, signal: stopping.signal })).rejects.toThrow(/it was interrupted/);
    expect(lab.shares().at(-1)).toEqual(["old 100"]);
  });

  it("leaves alone what somebody deployed meanwhile: between steps, under a test that waits, and under one that fails", async () => {
    for (const how of ["bakes", "waits", "fails"]) {
      const lab = account();
      const theirs = () => lab.byHand({ versionId: "other", percentage: 100 });
      const outcome = release(lab, {
        bake: async () => {
          if (how === "bakes") theirs();
        },
        test: async () => {
          if (how === "bakes") return [];
          theirs();
          if (how === "fails") throw new Error("health names another version");
          return new Promise(() => {});
        },
      });
      await expect(outcome).rejects.toThrow(Overtaken);
      expect(lab.shares().at(-1)).toEqual(["other 100"]);
    }
  });

  it("notices within a second or two what somebody deploys while it only waits", {
    timeout: 20_000,
  }, async () => {
    const lab = account();
    const outcome = release(lab, {
      bake: () => {
        lab.byHand({ versionId: "other", percentage: 100 });
        return new Promise(() => {});
      },
    });
    await expect(outcome).rejects.toThrow(Overtaken);
    expect(lab.shares().at(-1)).toEqual(["other 100"]);
  });

  it("gives back what it replaced unseen, in the moment between its look and its deployment", async () => {
    const lab = account();
    lab.between(() => lab.byHand({ versionId: "other", percentage: 100 }));
    await expect(release(lab)).rejects.toThrow(/in the same moment: by hand\. Theirs has its traffic back/);
    expect(lab.shares().at(-1)).toEqual(["other 100"]);
    expect(lab.made.at(-1)?.message).toMatch(/back after two deployed at once: by hand/);
  });

  it("gives the traffic back also when it could not see what became of its own deployment", async () => {
    const lab = account();
    const { recent } = lab.traffic;
    let looks = 0;
    lab.traffic.recent = async () => {
      looks += 1;
      if (looks === 1) throw new Error("500");
      return recent();
    };
    await expect(release(lab)).rejects.toThrow(/failed at step 1 of 2, 5 %: 500/);
    expect(lab.shares()).toEqual([["old 100"], ["new 5", "old 95"], ["old 100"]]);
  });

  it("and a second one in the same moment both end, with all traffic at the version before", async () => {
    const lab = account();
    const person = { user: "bob", host: "laptop", pid: 7, startTime: "1" };
    const theirs = markText({ version: "v2", from: "old", ...person });
    lab.between(() =>
      lab.release(theirs, { versionId: "newer", percentage: 5 }, { versionId: "old", percentage: 95 }),
    );
    await expect(release(lab)).rejects.toThrow(
      /in the same moment: .* by bob on laptop.*All traffic is back at the version before, and theirs ends as well/,
    );
    expect(lab.shares().at(-1)).toEqual(["old 100"]);
  });

  it("takes its own repeated deployment, whose answer was lost, for its own", async () => {
    const lab = account();
    lab.between(() =>
      lab.release("mark", { versionId: "new", percentage: 5 }, { versionId: "old", percentage: 95 }),
    );
    await release(lab, { steps: [5] });
    expect(lab.shares()).toEqual([["old 100"], ["new 5", "old 95"], ["new 5", "old 95"]]);
  });

  it("does not begin when somebody deployed since it was planned", async () => {
    const lab = account();
    lab.byHand({ versionId: "other", percentage: 100 });
    await expect(release(lab)).rejects.toThrow(Overtaken);
    expect(lab.made).toHaveLength(2);
  });
});

describe("giving the traffic back", () => {
  it("is tried again while the account refuses", { timeout: 20_000 }, async () => {
    const lab = account();
    const ours = lab.byHand({ versionId: "new", percentage: 5 }, { versionId: "old", percentage: 95 });
    expect(ours).toBe(2);
    const [, split] = lab.made;
    if (split === undefined) throw new Error("no split");
    lab.refuse(1);
    await giveBack(lab.traffic, split, "old", "back", (line) => lab.said.push(line));
    expect(lab.shares().at(-1)).toEqual(["old 100"]);
    expect(lab.said[0]).toMatch(/failed, trying again: 500/);
  });

  it("does not take it from somebody who deployed in that very moment", async () => {
    const lab = account();
    const split = { id: "d1", shares: [{ versionId: "new", percentage: 5 }], message: "mark" };
    lab.made.push(split);
    lab.between(() => lab.byHand({ versionId: "other", percentage: 100 }));
    await giveBack(lab.traffic, split, "old", "back", (line) => lab.said.push(line));
    expect(lab.shares().at(-1)).toEqual(["other 100"]);
    expect(lab.said).toEqual([expect.stringMatching(/in the same moment: by hand/)]);
  });
});
