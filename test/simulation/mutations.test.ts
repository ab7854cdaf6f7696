import { describe, expect, it } from "vitest";
import { runSeed } from "./campaign/run-seed.ts";
import { kindOf, shrink } from "./campaign/shrink.ts";
import { MUTATION_NAMES, mutationNamed } from "./mutations/mutations.ts";
import { runPlan } from "./run-plan.ts";
import { makePlan } from "./schedule/make-plan.ts";

/** ms. Most are found within a second. */
const PATIENCE_MS = 5 * 60_000;

describe("the checker notices when", () => {
  for (const name of MUTATION_NAMES) {
    const { breaks, within, regions } = mutationNamed(name);
    it(
      `${breaks} (${name})`,
      async () => {
        for (let seed = 0; seed < within; seed++) {
          const { broken } = await runSeed(seed, { options: { regions }, mutation: name });
          if (broken.length > 0) return;
        }
        expect.fail(`"${name}" was not found within ${within} seeds`);
      },
      PATIENCE_MS,
    );
  }
});

it("a failing plan is cut to less, which still fails for the same reason", async () => {
  const fails = async (plan: ReturnType<typeof makePlan>) =>
    (await runPlan(plan, { mutation: "no dedupe" })).broken;
  let seed = 0;
  while ((await fails(makePlan(seed))).length === 0) seed++;
  const whole = makePlan(seed);
  const least = await shrink(whole, fails);
  expect(least.steps.length).toBeLessThan(whole.steps.length / 2);
  expect(kindOf(await fails(least))).toBe(kindOf(await fails(whole)));
});
