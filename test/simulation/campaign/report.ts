/** What a failing seed looks like on the screen: what broke, the least that breaks it, and the trace of that. */
import type { MutationName } from "../mutations/mutations.ts";
import { runPlan } from "../run-plan.ts";
import type { Plan } from "../schedule/plan.ts";
import { shrink } from "./shrink.ts";

export interface FailureReport {
  readonly plan: Plan;
  readonly lines: readonly string[];
}

/** @param replay the command that shows this again */
export async function reportFailure(
  plan: Plan,
  replay: string,
  mutation?: MutationName,
): Promise<FailureReport> {
  const least = await shrink(plan, async (candidate) => (await runPlan(candidate, { mutation })).broken);
  const { broken, trace } = await runPlan(least, { mutation, tracing: true });
  const { users, steps, regions, weather, limits } = least;
  return {
    plan: least,
    lines: [
      `Seed ${plan.seed} breaks ${broken.length} promise${broken.length === 1 ? "" : "s"}:`,
      ...broken.slice(0, 10).map((line) => `  ✗ ${line}`),
      `The least that does (${steps.length} of ${plan.steps.length} steps, ${users.length} of ${plan.users.length} users):`,
      `  regions ${regions.join(" ")}${least.begins === "single" ? `, ${regions[0]} alone at first` : ""}`,
      `  users   ${users.map(({ name, place, kind }) => `${name} (${kind}, ${place})`).join(", ")}`,
      `  limits  ${JSON.stringify(limits)}`,
      `  weather ${JSON.stringify(weather)}`,
      ...steps.map(
        (step) =>
          `  ${(step.at / 1000).toFixed(3).padStart(10)}  ${JSON.stringify({ ...step, at: undefined })}`,
      ),
      "Trace (seconds since the beginning):",
      ...trace,
      `To see it again: ${replay}`,
    ],
  };
}
