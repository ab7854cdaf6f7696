import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pacer } from "../../../worker/room/pacer.ts";

const PAUSE = 10;

/** A pacer with a clock that the test turns; times of ticks since its start. */
function paced(told: () => number = () => 1) {
  const start = 1_800_000_000_000;
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  const ticks: number[] = [];
  const later = (ms: number, run: () => void) => {
    const timer = { at: now + ms, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  };
  const pacer = new Pacer(
    () => now,
    later,
    () => PAUSE,
    () => {
      ticks.push(now - start);
      return told();
    },
  );
  const pass = (to: number) => {
    for (;;) {
      const next = timers.filter(({ at }) => at <= start + to).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      timers = timers.filter((one) => one !== next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = start + to;
  };
  return { pacer, ticks, pass, waiting: () => timers.length, turnBack: () => (now -= 60_000) };
}

describe("the pace of ticks", () => {
  it("an idle room ticks at once, and nothing stands afterwards", () => {
    const { pacer, ticks, waiting } = paced();
    pacer.soon();
    expect(ticks).toEqual([0]);
    expect(waiting()).toBe(0);
  });

  it("messages at the pace of the ticks are told when they come, also after one that came late", () => {
    const { pacer, ticks, pass } = paced();
    const came = [0, 10, 20, 37, 40, 50, 60, 79, 80, 90, 100];
    for (const at of came) {
      pass(at);
      pacer.soon();
    }
    pass(200);
    const late = came.map((at, index) => (ticks[index] ?? Number.NaN) - at);
    // Never two within a quarter of a pause; nobody waits longer.
    expect(Math.max(...late)).toBeLessThanOrEqual(2);
    expect(late.filter((ms) => ms > 0).length).toBeLessThanOrEqual(2);
  });

  it("however messages come, no more than one tick is early, and none waits longer than a pause", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 200 }), (gaps) => {
        const { pacer, ticks, pass } = paced();
        let at = 0;
        for (const gap of gaps) {
          at += gap;
          pass(at);
          pacer.soon();
          const told = ticks.at(-1) ?? 0;
          pass(Math.max(at, told));
        }
        pass(at + 100);
        expect(ticks.at(-1)).toBeLessThanOrEqual(at + PAUSE);
        for (let first = 0; first < ticks.length; first++)
          for (let last = first + 1; last < ticks.length; last++)
            expect((ticks[last] ?? 0) - (ticks[first] ?? 0)).toBeGreaterThanOrEqual(
              Math.max((last - first - 1) * PAUSE, PAUSE / 4),
            );
      }),
      { numRuns: 50 },
    );
  });

  it("what may wait waits from the last tick on, and comes with an earlier one", () => {
    const { pacer, ticks, pass, waiting } = paced();
    pacer.soon();
    pacer.after(50);
    pass(49);
    expect(ticks).toEqual([0]);
    pass(50);
    expect(ticks).toEqual([0, 50]);
    pacer.after(50);
    pacer.soon();
    pass(60);
    expect(ticks).toEqual([0, 50, 53]);
    expect(waiting()).toBe(0);
  });

  it("what comes first in a busy room waits a little for the many that follow, but not after a rest", () => {
    const { pacer, ticks, pass } = paced(() => 50);
    pacer.soon();
    pass(25);
    pacer.soon();
    pass(26);
    pacer.soon();
    expect(ticks).toEqual([0]);
    pass(28);
    expect(ticks).toEqual([0, 28]);
    pass(1000);
    pacer.soon();
    expect(ticks).toEqual([0, 28, 1000]);
  });

  it("does not wait for a clock that went backwards", () => {
    const { pacer, ticks, pass, turnBack } = paced();
    pass(100);
    pacer.soon();
    turnBack();
    pacer.soon();
    expect(ticks).toHaveLength(2);
  });
});
