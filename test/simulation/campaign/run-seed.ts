/** One seed of a campaign. */
import type { MutationName } from "../mutations/mutations.ts";
import { runPlan } from "../run-plan.ts";
import { makePlan, type PlanOptions } from "../schedule/make-plan.ts";

export interface SeedTask {
  readonly options: PlanOptions;
  readonly mutation?: MutationName | undefined;
}

export interface SeedResult {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly events: number;
  readonly messages: number;
  readonly calls: number;
}

export async function runSeed(seed: number, { options, mutation }: SeedTask): Promise<SeedResult> {
  const { broken, events, messages, calls } = await runPlan(makePlan(seed, options), { mutation });
  return { seed, broken, events, messages, calls };
}
