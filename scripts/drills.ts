// npm run drills -- [--only <pattern>] [--list]: every failure at every API call of an `up`, one after the other. It
// works on an account of its own; about half an hour.
import { parseArgs } from "node:util";
import { Chatter } from "./drills/chatter.ts";
import { Lab } from "./drills/lab.ts";
import { drillName, drillsFor, SCENARIOS } from "./drills/matrix.ts";
import { callsOf, runDrill } from "./drills/run-drill.ts";
import { fail, say, step } from "./toolchain/steps.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, list: { type: "boolean" } } });
const only = new RegExp(values.only ?? "");
const lab = await step("an account to break", () => Lab.start());
process.on("exit", () => lab.dispose());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

try {
  await step("its first chat", async () => {
    await lab.mustNpm("up", "local");
  });
  let failed = 0;
  let done = 0;
  // The first up begins with an empty account: nobody can talk in it, so it comes last.
  for (const scenario of SCENARIOS.toReversed()) {
    const calls = await callsOf(lab, scenario);
    const drills = drillsFor(scenario, calls).filter((drill) => only.test(drillName(drill)));
    say(`${scenario}: ${calls.length} calls, ${drills.length} drills`);
    if (values.list) for (const drill of drills) console.log(drillName(drill));
    if (values.list || drills.length === 0) continue;
    const chatter = scenario === "update" ? await Chatter.start(lab.account.edgeUrl, "drills") : undefined;
    for (const drill of drills) {
      done += 1;
      await step(
        drillName(drill),
        () => runDrill(lab, drill, chatter),
        (outcome) => `→ ${outcome}`,
      ).catch((error: unknown) => {
        failed += 1;
        say(`✗ ${drillName(drill)}\n${error instanceof Error ? error.message : error}`);
      });
    }
    if (chatter) say(`✓ ${await chatter.end()} messages went through, each once and in order`);
  }
  if (!values.list) say(failed === 0 ? `✓ ${done} drills` : `✗ ${failed} of ${done} drills failed`);
  process.exit(failed === 0 ? 0 : 1);
} catch (error) {
  fail(error);
}
