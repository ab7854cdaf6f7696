import { expect, it } from "vitest";
import { runCampaign } from "./campaign/campaign.ts";
import { reportFailure } from "./campaign/report.ts";
import { runPlan } from "./run-plan.ts";
import { makePlan } from "./schedule/make-plan.ts";

/** Schedules of one run of the tests: some 3 minutes on two cores. `npm run simulate` plays more. */
const SCHEDULES = Number(process.env.SIMULATE_SCHEDULES ?? 10_000);
/** ms. On a machine that does other things as well it takes a multiple. */
const PATIENCE_MS = 20 * 60_000;

it(
  "every promise holds over thousands of schedules of users, crashes, cuts, lost storage, wrong clocks and deploys",
  async () => {
    const summary = await runCampaign({ options: {}, from: 0, count: SCHEDULES, mostFailures: 1 });
    const [failure] = summary.failures;
    if (failure !== undefined) {
      const replay = `npm run simulate -- --seed ${failure.seed}`;
      const { lines } = await reportFailure(makePlan(failure.seed), replay);
      expect.fail(lines.join("\n"));
    }
    expect(summary.schedules).toBe(SCHEDULES);
    // Something did happen.
    expect(summary.messages).toBeGreaterThan(10 * SCHEDULES);
    expect(summary.calls).toBeGreaterThan(50 * SCHEDULES);
  },
  PATIENCE_MS,
);

it("a seed plays the same every time, event for event", async () => {
  for (const seed of [3, 14, 159]) {
    const first = await runPlan(makePlan(seed), { tracing: true });
    const second = await runPlan(makePlan(seed), { tracing: true });
    expect(second.trace).toEqual(first.trace);
    expect(first.trace.length).toBeGreaterThan(20);
  }
});
