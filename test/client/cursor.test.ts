import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cursor } from "../../client/cursor.ts";

const position = fc.record({
  origin: fc.constantFrom("weur.1", "enam.2", "apac.mhx3k2abq7"),
  seq: fc.nat(1_000),
  order: fc.nat(9_999).map((value) => String(value).padStart(8, "0")),
});

describe("cursor", () => {
  it("reads and writes the form of the protocol", () => {
    expect(new Cursor("weur.1:5,enam.2:7@00ab").toString()).toBe("weur.1:5,enam.2:7@00ab");
  });

  it("covers what was delivered and nothing later", () => {
    const cursor = new Cursor("weur.1:5@a");
    expect(cursor.covers({ origin: "weur.1", seq: 5 })).toBe(true);
    expect(cursor.covers({ origin: "weur.1", seq: 6 })).toBe(false);
    expect(cursor.covers({ origin: "enam.2", seq: 1 })).toBe(false);
  });

  it("starts empty from text that is none of the protocol's", () => {
    for (const text of ["", "garbage", ":3@x", "weur.1:x@y", "weur.1:1.5"])
      expect(new Cursor(text).empty).toBe(true);
  });

  it("holds the highest seq per origin and the highest order, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(position), (positions) => {
        const cursor = new Cursor();
        for (const one of positions) cursor.advance(one);
        for (const one of positions) expect(cursor.covers(one)).toBe(true);
        const highest =
          positions
            .map(({ order }) => order)
            .sort()
            .at(-1) ?? "";
        expect(cursor.toString().split("@")[1]).toBe(highest);
        const again = new Cursor(cursor.toString());
        for (const { origin, seq } of positions)
          expect(again.covers({ origin, seq: seq + 1 })).toBe(cursor.covers({ origin, seq: seq + 1 }));
      }),
    );
  });

  it("stays within 512 bytes by leaving out the origins that were silent longest", () => {
    const cursor = new Cursor();
    for (let at = 0; at < 100; at++)
      cursor.advance({ origin: `weur.epoch${at}`, seq: at, order: "00000001" });
    const text = cursor.toString();
    expect(text.length).toBeLessThanOrEqual(512);
    expect(text).toContain("weur.epoch99:99");
    expect(text).not.toContain("weur.epoch0:");
    expect(text.endsWith("@00000001")).toBe(true);
  });
});
