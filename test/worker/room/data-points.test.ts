import { describe, expect, it } from "vitest";
import { BLOBS, columnOf, DOUBLES, roomDataPoint } from "../../../worker/metrics.ts";
import { Counters } from "../../../worker/room/counters.ts";
import { bucketOf, WAIT_BOUNDS_MS } from "../../../worker/room/waits.ts";

describe("a data point", () => {
  const counters = new Counters('{"accepted":3,"of tomorrow":1,"ticks":"x"}');
  const counts = counters.take();
  const point = roomDataPoint({
    room: "r".repeat(200),
    region: "weur",
    version: "v",
    users: 2,
    connections: 4,
    counts,
  });

  it("puts each name where the schema says, and the column names the place", () => {
    expect(point.doubles).toHaveLength(DOUBLES.length);
    expect(point.blobs).toHaveLength(BLOBS.length);
    expect(point.doubles.slice(0, 3)).toEqual([2, 4, 3]);
    expect([columnOf("kind"), columnOf("version"), columnOf("users"), columnOf("accepted")]).toEqual([
      "blob1",
      "blob4",
      "double1",
      "double3",
    ]);
  });

  it("keeps the columns that queries count on in place", () => {
    expect(DOUBLES.join()).toBe(
      "users,connections,accepted,duplicates,limited,malformed,frames,ticks,joins,resumes,refusals,deletions,kicks,slow,flooding,waited,waits1,waits2,waits3,waits4",
    );
  });

  it("stays within the platform's 20 doubles and 96 bytes of index", () => {
    expect(point.doubles.length).toBeLessThanOrEqual(20);
    expect(point.indexes[0]).toHaveLength(96);
  });
});

describe("the histogram of waits", () => {
  it("has every wait in the bucket whose bounds it lies between", () => {
    for (let ms = 0; ms < 6000; ms++) {
      const bucket = bucketOf(ms);
      expect(ms).toBeLessThanOrEqual(WAIT_BOUNDS_MS[bucket] ?? Number.POSITIVE_INFINITY);
      expect(ms).toBeGreaterThan(WAIT_BOUNDS_MS[bucket - 1] ?? -1);
    }
  });

  it("survives a sleep, and what another version saved", () => {
    const counters = new Counters('{"waits":[1,"x"]}');
    counters.waited(7);
    const { waits, waited } = new Counters(counters.save()).take();
    expect([waits, waited]).toEqual([[1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 7]);
  });
});

describe("counters", () => {
  it("begin at zero when what was saved cannot be read", () => {
    for (const saved of ["{", "null", "7", undefined]) {
      const counters = new Counters(saved);
      counters.add("ticks");
      expect(counters.take()).toMatchObject({ ticks: 1, accepted: 0 });
    }
  });
});
