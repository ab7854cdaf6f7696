import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type CountedServer,
  difference,
  startCounted,
} from "../../../../scripts/bench/scale/counted-server.ts";
import { Crowd } from "../../../../scripts/bench/scale/crowd.ts";
import { drained } from "../../../../scripts/bench/scale/measure-step.ts";
import { seatIn } from "../../../../scripts/bench/scale/places.ts";

const MINUTE = 60_000;
const MESSAGES = 5;

let server: CountedServer;
let crowd: Crowd;
beforeAll(async () => {
  server = await startCounted(["weur", "apac-ne"]);
  crowd = new Crowd(server.address, server.clock);
});
afterAll(async () => {
  crowd.leave();
  await server.stop();
});

it("what is counted around the deployed Worker is what the room asks for, and its minutes pass at once", async () => {
  await crowd.join([seatIn("counted", "weur"), seatIn("counted", "apac-ne")]);
  const [writer] = crowd.members;
  if (writer === undefined) throw new Error("nobody is here");
  // The first message may bring news of who came.
  crowd.say(writer);
  await drained(crowd);
  await server.pass(30 * MINUTE);
  const before = await server.counts();
  for (let said = 0; said < MESSAGES; said++) {
    crowd.say(writer);
    await drained(crowd);
    await server.pass(2 * MINUTE);
  }
  const used = difference(await server.counts(), before);
  expect(crowd.flaw).toBeUndefined();
  expect(used).toMatchObject({
    socketMessages: MESSAGES,
    // To each of the two; both regions tell of each minute.
    framesOut: 2 * MESSAGES,
    dataPoints: 2 * MESSAGES,
    kvWrites: 0,
  });
  // A call with the message to the other region, and none that has nothing to tell.
  expect(used.calls).toBeGreaterThanOrEqual(MESSAGES);
  expect(used.calls).toBeLessThanOrEqual(2 * MESSAGES);
  // In each region the entry and its two indexes, as they are billed, the sender's times and the counters; then jobs.
  expect(used.rowsWritten).toBeGreaterThanOrEqual(2 * 5 * MESSAGES);
  expect(used.rowsWritten).toBeLessThanOrEqual(2 * 40 * MESSAGES);
});
