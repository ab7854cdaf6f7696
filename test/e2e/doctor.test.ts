import { afterAll, beforeAll, expect, it } from "vitest";
import { Lab } from "../../scripts/drills/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start();
});
afterAll(() => lab.dispose());

it("the doctor finds nothing to mend before the first up nor after it, and a wrong setting in between", async () => {
  expect(await lab.mustNpm("doctor", "local")).toMatch(/script edge-chat-local: free[\s\S]*can be deployed/);
  await lab.mustNpm("up", "local");
  expect(await lab.mustNpm("doctor", "local")).toMatch(
    /script edge-chat-local: this stack's[\s\S]*can be deployed/,
  );
  lab.setLimit("messagesPerMinute", 0);
  const { code, stdout } = await lab.npm("doctor", "local");
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /✗ 1 setting is wrong[\s\S]*messagesPerMinute is 0[\s\S]*1 to mend in stack "local"/,
  );
});
