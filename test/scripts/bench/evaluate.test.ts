import { describe, expect, it } from "vitest";
import { evaluate } from "../../../scripts/bench/evaluate.ts";
import { flaw, type LoadResult } from "../../../scripts/bench/load-program.ts";
import type { Outcome } from "../../../scripts/bench/outcome.ts";
import { chartsOf, figuresOf } from "../../../scripts/bench/page.ts";
import { ALL_READ, SLOW } from "../../../scripts/bench/scenarios.ts";
import { ratioOf, sampleOf } from "../../../scripts/bench/statistics.ts";

const result = (over: Partial<LoadResult>): LoadResult => ({
  joined: 100,
  joinSeconds: 0.1,
  joinCpuSeconds: 0.1,
  seconds: 2,
  messages: 100,
  deliveries: 10_000,
  frames: 10_000,
  bytes: 1_500_000,
  serverCpuSeconds: 1,
  loadCpuSeconds: 0.5,
  p50: 1,
  p99: 2,
  rssBefore: 0,
  rssPeak: 0,
  missing: 0,
  misplaced: 0,
  unlike: 0,
  errors: 0,
  firstError: "",
  closed: 0,
  late: false,
  ...over,
});

const figures = new Map([
  [
    "saturation 100",
    new Map([
      ["ours, v1", [result({ deliveries: 150_000 }), result({ deliveries: 300_000 })]],
      ["floor", [result({ deliveries: 10_000 }), result({ deliveries: 20_000 })]],
    ]),
  ],
  [
    "joins",
    new Map([
      ["ours, v1", [result({ joinCpuSeconds: 0.5, deliveries: 0, seconds: 0 })]],
      ["floor", [result({ joinCpuSeconds: 0.2, deliveries: 0, seconds: 0 })]],
    ]),
  ],
  ["rate 20", new Map([["floor", [result({}), result({ deliveries: 4_000 })]]])],
]);
const scale = { runMs: 1, heaviestMs: 1, slowMs: 1, rates: [20], sizes: [100] };

describe("figures of a bench", () => {
  it("compare within a round: a machine that is twice as fast in the second changes no ratio", () => {
    const row = evaluate(figures, scale).saturation[0]?.rows.find(
      ({ contender }) => contender === "ours, v1",
    );
    expect(row?.toFloor).toEqual({ median: 15, least: 15, most: 15, rounds: 2 });
    expect(row?.perSecond).toEqual({ median: 112_500, least: 75_000, most: 150_000, rounds: 2 });
  });

  it("compare joins by the server's CPU, since others' work is in every second", () => {
    const ours = evaluate(figures, scale).joins.find(({ contender }) => contender === "ours, v1");
    expect(ours?.micros.median).toBeCloseTo(5_000);
    expect(ours?.toFloor?.median).toBeCloseTo(0.4);
  });

  it("say where a server fell behind", () => {
    expect(evaluate(figures, scale).curves[0]?.points[0]?.kept).toBeCloseTo(0.7);
  });

  it("are a median with its spread, and never made up", () => {
    expect(sampleOf([3, 1, 2, 10])).toEqual({ median: 2.5, least: 1, most: 10, rounds: 4 });
    expect(() => sampleOf([])).toThrow("No round");
    expect(ratioOf([1], [0])).toBeUndefined();
  });

  it("tell of every kind of flaw", () => {
    expect(flaw(result({}))).toBeUndefined();
    for (const wrong of ["missing", "misplaced", "unlike", "errors", "closed"] as const)
      expect(flaw(result({ [wrong]: 3 }))).toContain("3");
  });
});

describe("the page of figures", () => {
  const ceiling = { perSecond: 2e6, perLoadCpuSecond: 3e6 };
  const outcome: Outcome = {
    machine: {
      cpu: "A & B",
      cores: 2,
      memoryGiB: 8,
      kernel: "6",
      node: "v24",
      workerd: "1",
      go: "go1",
      load: 0.1,
      at: "2026-11-24T00:00:00Z",
    },
    rounds: 2,
    quick: false,
    ceiling: { single: ceiling, batched: ceiling },
    ...evaluate(figures, scale),
    flaws: [],
  };

  it("names the machine, every contender with its spread, and what was checked", () => {
    const text = figuresOf(outcome).join("\n");
    for (const part of ["A & B", "| ours, v1 | 113 k (75 k-150 k)", "15.0 (15.0-15.0)", "nothing was lost"])
      expect(text).toContain(part);
  });

  it("hides no flaw", () => {
    const text = figuresOf({ ...outcome, flaws: ["round 1: 3 deliveries missing"] }).join("\n");
    expect(text).toContain("- round 1: 3 deliveries missing");
    expect(text).not.toContain("nothing was lost");
  });

  it("has a chart for each size and one of latencies, each of finite numbers", () => {
    const charts = chartsOf(outcome);
    expect([...charts.keys()]).toEqual(["saturation-100.svg", "latency.svg"]);
    for (const text of charts.values()) {
      expect(text).toMatch(/^<svg .*<\/svg>\n$/s);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe("slow readers", () => {
  it("stand beside the same where everybody reads: memory grows for messages, too", () => {
    const run = (grown: number, p99: number) =>
      new Map([["ours, v1", [result({ rssPeak: grown * 2 ** 20, p99 })]]]);
    const figures = new Map([
      [SLOW, run(50, 9)],
      [ALL_READ, run(40, 8)],
    ]);
    expect(evaluate(figures, scale).slow).toEqual([
      { contender: "ours, v1", grownMiB: 50, p99: 9, allRead: { grownMiB: 40, p99: 8 } },
    ]);
  });
});
