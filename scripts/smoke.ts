// npm run smoke -- <stack or url>: proves that a deployed chat works; exits 1 with the reason otherwise.
import { smokeTest } from "./smoke/smoke-test.ts";
import { smokeTarget } from "./smoke/target.ts";
import { fail, say } from "./toolchain/steps.ts";

try {
  const [argument] = process.argv.slice(2);
  if (argument === undefined)
    throw new Error(
      "What to test? `npm run smoke -- <stack or url>`, such as `local` or https://chat.example.com.",
    );
  const report = await smokeTest(await smokeTarget(argument));
  for (const line of report.lines) say(`✓ ${line}`);
  process.exit(0);
} catch (error) {
  fail(error);
}
