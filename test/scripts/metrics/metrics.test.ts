import { expect, test } from "vitest";
import { dashboard, dashboardPanels } from "../../../scripts/metrics/dashboard.ts";
import { readMetricsOptions } from "../../../scripts/metrics/options.ts";
import { byRegion, latencyByRegion, roomsOverAll, stepFor } from "../../../scripts/metrics/queries.ts";
import { metricsReport } from "../../../scripts/metrics/report.ts";
import { LatencyRow, RegionRow, RoomsRow, stepsOf } from "../../../scripts/metrics/series.ts";
import { roomDataPoint } from "../../../worker/metrics.ts";
import { Counters } from "../../../worker/room/counters.ts";
import { datasetOf, NOW } from "../../local/analytics/dataset.ts";

const WINDOW = { dataset: "chat", sinceSeconds: 600, stepSeconds: 60 };

function point(
  ago: number,
  room: string,
  region: string,
  users: number,
  /** `waits`: how many messages waited how many ms. */
  counts: { accepted?: number; limited?: number; waits?: readonly (readonly [number, number])[] },
) {
  const counters = new Counters(undefined);
  counters.add("accepted", counts.accepted ?? 0);
  counters.add("limited", counts.limited ?? 0);
  for (const [messages, ms] of counts.waits ?? [])
    for (let message = 0; message < messages; message++) counters.waited(ms);
  const facts = { room, region, version: "v", users, connections: users, counts: counters.take() };
  return { ago, ...roomDataPoint(facts) };
}

function stepsFrom(points: Parameters<typeof datasetOf>[0]) {
  const { rows } = datasetOf(points);
  const regions = RegionRow.array().parse(rows(byRegion(WINDOW)));
  const rooms = RoomsRow.array().parse(rows(roomsOverAll(WINDOW)));
  return stepsOf(WINDOW, regions, rooms, LatencyRow.array().parse(rows(latencyByRegion(WINDOW))), NOW);
}

test("the Worker's own points become users, rooms, messages a second and rejections, by region and over all", () => {
  const steps = stepsFrom([
    point(100, "lobby", "weur", 2, { accepted: 30 }),
    point(90, "lobby", "weur", 3, { accepted: 30, limited: 4 }),
    point(80, "lobby", "apac", 5, {}),
    point(70, "cats", "apac", 1, { accepted: 60, limited: 1 }),
    point(3600, "old", "weur", 9, { accepted: 9 }),
  ]);
  expect(steps).toHaveLength(10);
  expect(steps.at(-3)).toMatchObject({
    at: "2026-08-05T11:58:00.000Z",
    rooms: 2,
    users: 9,
    messagesPerSecond: 2,
    rejections: { limited: 5, kicks: 0 },
    regions: { weur: { rooms: 1, users: 3, messagesPerSecond: 1 }, apac: { rooms: 2, users: 6 } },
  });
  expect(steps.filter(({ users }) => users > 0)).toHaveLength(1);
});

test("delivery latency is by region, of all its messages, and missing where nothing was delivered", () => {
  const step = stepsFrom([
    point(100, "lobby", "weur", 2, { accepted: 980, waits: [[980, 18]] }),
    point(95, "cats", "weur", 2, { accepted: 20, waits: [[20, 300]] }),
    point(80, "lobby", "apac", 1, {
      accepted: 100,
      waits: [
        [97, 0],
        [3, 1000],
      ],
    }),
    point(70, "quiet", "enam", 1, {}),
  ]).at(-3);
  const [weur, apac] = [step?.regions.weur?.deliveryMs, step?.regions.apac?.deliveryMs];
  expect(weur?.p50).toBeGreaterThan(10);
  expect(weur?.p50).toBeLessThanOrEqual(20);
  expect(weur?.p99).toBeGreaterThan(160);
  expect(weur?.p99).toBeLessThanOrEqual(320);
  // The mean of this room's messages is 30 ms: a quantile of means would never show the second that three people waited.
  expect(apac?.p50).toBe(0);
  expect(apac?.p99).toBeGreaterThan(640);
  expect(step?.regions.enam).not.toHaveProperty("deliveryMs");
});

test("quantiles are within a bucket of the true ones, whatever was waited", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 20; round++) {
    const mean = 3 ** (round % 6);
    const waits = Array.from({ length: 500 }, () => Math.round(-mean * Math.log(random())));
    const step = stepsFrom([
      point(80, "a", "weur", 1, { accepted: 500, waits: waits.map((ms) => [1, ms] as const) }),
    ]).at(-3);
    const sorted = waits.toSorted((left, right) => left - right);
    for (const [level, name] of [
      [0.5, "p50"],
      [0.99, "p99"],
    ] as const) {
      const truth = Math.min(2560, sorted[Math.ceil(level * 500) - 1] ?? 0);
      const told = step?.regions.weur?.deliveryMs?.[name] ?? Number.NaN;
      expect(told).toBeGreaterThanOrEqual(truth <= 5 ? 0 : truth / 2);
      expect(told).toBeLessThanOrEqual(Math.max(5, truth * 2));
    }
  }
});

test("the report draws what happened and names every reason and region", () => {
  const report = metricsReport(
    "local",
    stepsFrom([point(90, "lobby", "weur", 3, { accepted: 120, limited: 4, waits: [[120, 25]] })]),
  );
  const text = report.join("\n");
  expect(text).toContain("users: 0 now, 3 at most");
  expect(text).toContain("messages a second: 0 now, 2 at most");
  expect(text).toMatch(/over the message limit +4$/m);
  expect(text).toMatch(/^weur +3 +1 +2 +30 +39.8$/m);
  expect(text).toContain("█");
  expect(text).toContain("11:51");
  expect(text).toContain("12:00");
});

test("a time without points says so instead of drawing zeros", () => {
  expect(metricsReport("local", stepsFrom([point(7200, "a", "weur", 1, {})])).join("\n")).toContain(
    "No data points",
  );
});

test("a longer time has longer steps, at most sixty, and never shorter than a room writes", () => {
  expect(stepFor(60)).toBe(60);
  expect(stepFor(3600)).toBe(60);
  expect(stepFor(7 * 86_400)).toBe(10_080);
});

test("the arguments: what is not understood is named, all at once", () => {
  expect(readMetricsOptions(["local"])).toEqual({
    stack: "local",
    sinceSeconds: 3600,
    json: false,
    grafana: false,
  });
  expect(readMetricsOptions(["dev", "--since", "7d", "--json"])).toEqual({
    stack: "dev",
    sinceSeconds: 604_800,
    json: true,
    grafana: false,
  });
  expect(() => readMetricsOptions(["--since", "soon", "--every"])).toThrow(
    /"--every" is not a flag\nWhich stack\?\n--since is "soon"; .*\nnpm run metrics/,
  );
});

test("each panel of the dashboard is a query that the dataset answers, in time order", () => {
  const { rows } = datasetOf([
    point(150, "lobby", "weur", 2, { accepted: 60, waits: [[60, 7]] }),
    point(100, "lobby", "weur", 3, { accepted: 30, limited: 4, waits: [[30, 0]] }),
    point(90, "cats", "apac", 5, { accepted: 6 }),
  ]);
  const seconds = { from: String(NOW / 1000 - 600), to: String(NOW / 1000), interval: "60" };
  const panels = new Map(
    dashboardPanels("chat").map(({ title, query }) => [
      title,
      rows(query.replace(/\$(from|to|interval)/g, (_, name: keyof typeof seconds) => seconds[name])),
    ]),
  );
  expect(panels.size).toBe(6);
  const [early, late] = [NOW - 180_000, NOW - 120_000].map(String);
  expect(panels.get("Users by region")).toEqual([
    { t: early, region: "weur", users: 2 },
    { t: late, region: "apac", users: 5 },
    { t: late, region: "weur", users: 3 },
  ]);
  expect(panels.get("Messages a second by region")).toEqual([
    { t: early, region: "weur", messages: 1 },
    { t: late, region: "apac", messages: 0.1 },
    { t: late, region: "weur", messages: 0.5 },
  ]);
  expect(panels.get("Rooms")).toEqual([
    { t: early, rooms: "1" },
    { t: late, rooms: "2" },
  ]);
  expect(panels.get("Turned away, by reason")?.[1]).toMatchObject({ t: late, limited: 4, kicks: 0 });
  expect(panels.get("Messages by their wait in the room, ms at most")).toMatchObject([
    { t: early, wait_0: 0, wait_10: 60 },
    { t: late, wait_0: 30, wait_10: 0 },
  ]);
});

test("the dashboard asks Grafana for its data source, and no panel lies on another", () => {
  const { panels, __inputs } = JSON.parse(JSON.stringify(dashboard("production", "chat")));
  expect(__inputs).toHaveLength(1);
  const places = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => `${x}/${y}`);
  expect(new Set(places).size).toBe(panels.length);
});
