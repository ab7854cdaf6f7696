import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Chatter } from "../../scripts/drills/chatter.ts";
import { Lab } from "../../scripts/drills/lab.ts";
import { type Drill, drillName, drillsFor, type Failure } from "../../scripts/drills/matrix.ts";
import { callsOf, runDrill } from "../../scripts/drills/run-drill.ts";

let lab: Lab;
let drills: Drill[];
let chatter: Chatter;

beforeAll(async () => {
  lab = await Lab.start();
  await lab.mustNpm("up", "local");
  drills = drillsFor("update", await callsOf(lab, "update"));
  chatter = await Chatter.start(lab.account.edgeUrl, "drills");
});
afterAll(() => lab.dispose());

const atUpload = (failure: Failure): Drill => {
  const found = drills.find(
    (drill) => drill.failure === failure && drill.method === "PUT" && /scripts\/[^/]+$/.test(drill.path),
  );
  if (found === undefined) throw new Error(`no upload among ${drills.map(drillName).join(", ")}`);
  return found;
};

// npm run drills goes through every call; here are those that change something, and the two ends of a run.
describe("while people chat, an up whose upload meets", () => {
  it.each([
    "429 with Retry-After",
    "500 before its effect",
    "500 after its effect",
    "connection reset after its effect",
    "conflict of the migration tag",
  ] as const)("a %s settles by itself", async (failure) => {
    expect(await runDrill(lab, atUpload(failure), chatter)).toBe("settled by itself");
  });
});

describe("while people chat, an up that is killed with -9", () => {
  it.each(["up killed before its effect", "up killed after its effect"] as const)(
    "at its upload (%s) is finished by the next one",
    async (failure) => {
      expect(await runDrill(lab, atUpload(failure), chatter)).toBe("finished by the next up");
    },
  );

  it("at its last call, with everything done and nothing recorded, is finished by the next one", async () => {
    const last = drills.findLast(({ failure }) => failure === "up killed before its effect");
    if (last === undefined) throw new Error("no call to be killed at");
    expect(await runDrill(lab, last, chatter)).toBe("finished by the next up");
  });
});

it("nobody lost a message in all that, nor got one twice", async () => {
  expect(await chatter.end()).toBeGreaterThan(50);
});
