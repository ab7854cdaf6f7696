import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeClientId } from "../../../worker/room/client-id.ts";
import { CURSOR_BYTES, encodeCursor, parseCursor } from "../../../worker/room/cursor.ts";
import { raiseFloor } from "../../../worker/room/floor.ts";
import { FrameBudget } from "../../../worker/room/frame-budget.ts";
import { idFromClient, idFromPlace } from "../../../worker/room/message-id.ts";
import { Clock, isOrder, msOf, ORDER_WIDTH, ORDER_ZERO, orderAt } from "../../../worker/room/order.ts";
import { newOrigin } from "../../../worker/room/origin.ts";
import { recentTimes, waitMs } from "../../../worker/room/rate-log.ts";
import { continueFrom } from "../../../worker/room/resume.ts";
import { sha256 } from "../../../worker/room/sha256.ts";

const NOW = 1_800_000_000_000;

describe("order", () => {
  it("rises whatever the wall clock and the reports do, at one width", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("next" as const), now: fc.integer({ min: NOW - 1e6, max: NOW + 1e6 }) }),
      fc.record({
        kind: fc.constant("follow" as const),
        now: fc.integer({ min: NOW - 1e6, max: NOW + 1e6 }),
        reported: fc.integer({ min: 0, max: NOW * 2 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new Clock("weur.mhx3k2abq7");
        let last = ORDER_ZERO;
        for (const one of steps) {
          if (one.kind === "follow") clock.follow(orderAt(one.reported), one.now);
          else {
            const order = clock.next(one.now);
            expect(order > last && isOrder(order) && order.length === ORDER_WIDTH).toBe(true);
            last = order;
          }
        }
      }),
    );
  });

  it("follows a reported order, but never more than 60 s ahead of its own clock", () => {
    const clock = new Clock("weur.a");
    clock.follow(orderAt(NOW + 30_000), NOW);
    expect(clock.next(NOW) > orderAt(NOW + 30_000)).toBe(true);
    clock.follow(orderAt(NOW + 86_400_000), NOW);
    expect(msOf(clock.next(NOW))).toBe(NOW + 60_000);
  });

  it("goes on counting into the next millisecond when one is full", () => {
    const clock = new Clock("weur.a");
    clock.resume(`${orderAt(NOW).slice(0, 9)}zzzz${"0".repeat(14)}`);
    expect(msOf(clock.next(NOW))).toBe(NOW + 1);
  });

  it("names a later life above an earlier one", () => {
    fc.assert(
      fc.property(
        fc.nat(1e12),
        fc.integer({ min: 1, max: 1e10 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (at, later, chance) => {
          expect(newOrigin("weur", at + later, 0) > newOrigin("weur", at, chance)).toBe(true);
        },
      ),
    );
  });
});

describe("cursor", () => {
  const origin = fc.stringMatching(/^[a-z]{2,4}\.[0-9a-z]{1,10}$/);
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.dictionary(origin, fc.nat(), { minKeys: 1, maxKeys: 9 }), fc.nat(), (seen, ms) => {
        const cursor = { seen: new Map(Object.entries(seen)), order: orderAt(ms) };
        expect(parseCursor(encodeCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  it("takes garbage of any kind and length for no cursor", () => {
    for (const text of [
      "",
      "@",
      "a:1",
      "a:1@x",
      `a:-1@${ORDER_ZERO}`,
      `a:1,a:2@${ORDER_ZERO}`,
      `<b>:1@${ORDER_ZERO}`,
      `a:1@${ORDER_ZERO}@`,
    ])
      expect(parseCursor(text)).toBeUndefined();
    expect(parseCursor(`${"a:1,".repeat(2560)}@${ORDER_ZERO}`)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ maxLength: CURSOR_BYTES + 5 }), (text) => parseCursor(text) === undefined),
    );
  });

  it("continues only where nothing in between is lost", () => {
    const heads = [
      { origin: "weur.a", seq: 10, trimmed: 4, shown: 10 },
      { origin: "apac.b", seq: 5, trimmed: 0, shown: 5 },
    ];
    const cursor = (seen: Record<string, number>) => ({
      seen: new Map(Object.entries(seen)),
      order: ORDER_ZERO,
    });
    const never = () => false;
    expect(continueFrom(cursor({ "weur.a": 4 }), heads, never)).toEqual(
      new Map([
        ["weur.a", 4],
        ["apac.b", 0],
      ]),
    );
    expect(continueFrom(cursor({ "weur.a": 3 }), heads, never)).toBeUndefined();
    expect(continueFrom(cursor({ "weur.a": 11 }), heads, never)).toBeUndefined();
    expect(continueFrom(cursor({ "weur.a": 9, "weur.lost": 1 }), heads, never)).toBeUndefined();
    // Seen in another region, from which it is still to come.
    expect(
      continueFrom(cursor({ "weur.a": 9, "apac.b": 7 }), heads, (origin) => origin === "apac.b"),
    ).toEqual(
      new Map([
        ["weur.a", 9],
        ["apac.b", 7],
      ]),
    );
  });
});

describe("rate log", () => {
  it("lets exactly the limit through in every window, and waits no longer than it must", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20_000), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        (gaps, limit) => {
          let now = NOW;
          let times: number[] = [];
          const accepted: number[] = [];
          for (const gap of gaps) {
            now += gap;
            times = recentTimes(times, now);
            const wait = waitMs(times, limit, now);
            const inWindow = accepted.filter((time) => time > now - 60_000).length;
            expect(wait === 0).toBe(inWindow < limit);
            if (wait > 0) expect(waitMs(recentTimes(times, now + wait), limit, now + wait)).toBe(0);
            if (wait > 1) expect(waitMs(recentTimes(times, now + wait - 1), limit, now + wait - 1)).toBe(1);
            if (wait === 0) {
              times.push(now);
              accepted.push(now);
            }
          }
        },
      ),
    );
  });

  it("does not block a user for times that a wrong clock wrote far ahead", () => {
    expect(recentTimes([NOW + 3_600_000], NOW)).toEqual([]);
  });
});

describe("ids", () => {
  it("hashes as Node does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect([...sha256(bytes)]).toEqual([...createHash("sha256").update(bytes).digest()]);
      }),
    );
  });

  it("are one for one message and different for any other", () => {
    expect(idFromClient("r", "u", "c")).toBe(idFromClient("r", "u", "c"));
    expect(idFromClient("r", "u", "c")).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const others = [
      idFromClient("ru", "", "c"),
      idFromClient("r", "uc", ""),
      idFromPlace("r", "u", 1),
      idFromPlace("r", "u", 2),
    ];
    expect(new Set([idFromClient("r", "u", "c"), ...others]).size).toBe(5);
  });

  it("are refused when old, from the future or malformed", () => {
    const id = (ms: number) => `${ms.toString(36)}-abcdefgh`;
    expect(judgeClientId(id(NOW), NOW)).toBe("fine");
    expect(judgeClientId(id(NOW - 600_000), NOW)).toBe("fine");
    expect(judgeClientId(id(NOW - 600_001), NOW)).toBe("too_old");
    expect(judgeClientId(id(NOW + 60_001), NOW)).toBe("malformed");
    for (const wrong of [
      "",
      "abc",
      `${NOW.toString(36)}-short`,
      `${NOW.toString(36)}-${"x".repeat(49)}`,
      `${id(NOW)}<`,
      "ABC-abcdefgh",
    ])
      expect(judgeClientId(wrong, NOW)).toBe("malformed");
  });
});

describe("floor", () => {
  it("only rises, and never past what is younger than the retention or visible", () => {
    fc.assert(
      fc.property(fc.nat(2e6), fc.option(fc.nat(2e6), { nil: undefined }), (floorAgo, hiddenAgo) => {
        const floor = orderAt(NOW - floorAgo);
        const hidden = hiddenAgo === undefined ? undefined : orderAt(NOW - hiddenAgo);
        const raised = raiseFloor(floor, hidden, NOW, 600_000);
        expect(raised >= floor).toBe(true);
        if (raised > floor) {
          expect(hidden !== undefined && raised <= hidden).toBe(true);
          expect(raised <= orderAt(NOW - 600_000)).toBe(true);
        }
      }),
    );
  });
});

describe("frame budget", () => {
  it("counts exactly in any window", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 200 }), (gaps) => {
        const budget = new FrameBudget(5, 10_000);
        const spent: number[] = [];
        let now = NOW;
        for (const gap of gaps) {
          now += gap;
          const free = spent.filter((time) => time > now - 10_000).length < 5;
          expect(budget.spend(now)).toBe(free);
          if (free) spent.push(now);
        }
      }),
    );
  });
});
