/** Cuts a failing plan down to what the failure needs, one part after the other, as long as it still fails. */
import type { Plan, Weather } from "../schedule/plan.ts";

/** Runs that shrinking may take: some 20 s. */
const MOST_RUNS = 600;

const CALM: Partial<Weather>[] = [
  { twice: 0 },
  { requestLost: 0 },
  { answerLost: 0 },
  { jitter: 0.1 },
  { commitMs: 0 },
  { alarmLateMs: 100 },
];

/** What kind of failure it is: the invariant's name. */
export const kindOf = (broken: readonly string[]): string => broken[0]?.split(":")[0] ?? "";

/** @param fails the broken lines of a run of the plan */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<readonly string[]>): Promise<Plan> {
  const kind = kindOf(await fails(plan));
  let runs = 0;
  let best = plan;
  const attempt = async (candidate: Plan): Promise<boolean> => {
    if (runs++ >= MOST_RUNS || kindOf(await fails(candidate)) !== kind) return false;
    best = candidate;
    return true;
  };
  for (let before: Plan | undefined; before !== best && runs < MOST_RUNS; ) {
    before = best;
    for (const { name } of best.users)
      await attempt({
        ...best,
        users: best.users.filter((user) => user.name !== name),
        steps: best.steps.filter((step) => !("user" in step && step.user === name)),
      });
    if (best.begins === "single") await attempt({ ...best, begins: "replicated" });
    for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let at = 0; at < best.steps.length; ) {
        const steps = best.steps.toSpliced(at, size);
        if (!(await attempt({ ...best, steps }))) at += size;
      }
    for (const [at, step] of best.steps.entries())
      if (step.do === "say" && step.count > 1)
        await attempt({ ...best, steps: best.steps.with(at, { ...step, count: 1 }) });
    for (const weather of CALM)
      if (Object.entries(weather).some(([key, value]) => best.weather[key as keyof Weather] !== value))
        await attempt({ ...best, weather: { ...best.weather, ...weather } });
    for (const region of best.regions)
      if (best.regions.length > 1)
        await attempt({ ...best, regions: best.regions.filter((one) => one !== region) });
    for (const user of best.users)
      if (user.clockMs !== 0)
        await attempt({
          ...best,
          users: best.users.map((one) => (one === user ? { ...one, clockMs: 0 } : one)),
        });
  }
  return best;
}
