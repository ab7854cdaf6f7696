import fc from "fast-check";
import { it } from "vitest";
import { run, step } from "./replicas-model.ts";

it("converges: every region ends with the same messages, which people show in the same order, whatever is cut, crashes, is lost or runs fast", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60, minLength: 5, size: "max" }), run), {
    numRuns: Number(process.env.RUNS ?? 60),
    ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }),
  });
}, 600_000);
