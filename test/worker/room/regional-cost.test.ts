import { describe, expect, it } from "vitest";
import { type Visitor, World } from "./virtual-world.ts";

const REGIONS = ["weur", "apac", "enam"];
const PEOPLE = 10;

/** What all replicas together ask of the runtime: counts, which are the same on every machine. */
function counted(world: World, visitors: readonly Visitor[]) {
  const sum = (of: (site: World["sites"][number]) => number) =>
    world.sites.reduce((total, site) => total + of(site), 0);
  return () => ({
    rows: sum(({ sql }) => Number(sql.all<{ n: number }>("SELECT total_changes() AS n")[0]?.n)),
    commits: sum(({ sql }) => sql.commits),
    alarms: sum(({ alarmsSet }) => alarmsSet),
    points: sum(({ points }) => points),
    directory: sum(({ directoryWrites }) => directoryWrites),
    calls: world.calls,
    frames: visitors.reduce((total, { socket }) => total + socket.frames.length, 0),
  });
}

const difference = <T extends Record<string, number>>(after: T, before: T) =>
  Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));

async function settledWorld() {
  const world = new World(REGIONS);
  const visitors: Visitor[] = [];
  for (const region of REGIONS)
    for (let n = 0; n < PEOPLE; n++) visitors.push(await world.site(region).enter(`${region}${n}`));
  await world.pass(300_000);
  return { world, visitors };
}

describe("1,000 messages to a room of three regions", () => {
  it("of which 100 come in one tick: one call to each peer a tick, and a frame for each person a bundle", async () => {
    const { world, visitors } = await settledWorld();
    const now = counted(world, visitors);
    const before = now();
    for (let tick = 0; tick < 10; tick++) {
      for (let n = 0; n < 100; n++) visitors[n % PEOPLE]?.say("hello", world.clientId());
      await world.pass(61_000);
    }
    const used = difference(now(), before);
    // The region that hears them calls both others, and later three calls make sure that each knows of the others' copies.
    expect(used.calls).toBeLessThanOrEqual(10 * (2 + 3) + 5);
    // In each region an entry a message, the ten senders' times a tick, and the jobs of a minute.
    expect(used.rows).toBeLessThanOrEqual(3 * 1000 + 3 * 10 * (PEOPLE + 25));
    expect(used.commits).toBeLessThanOrEqual(20 * 10);
    // The first finds the room idle, all others come together.
    expect(used.frames).toBeLessThanOrEqual(2 * 10 * visitors.length);
    expect(used.alarms).toBeLessThanOrEqual(3 * 10 * 5);
    // At most one a minute and region, and the directory is the hub's.
    expect(used.points).toBeLessThanOrEqual(3 * 10);
    expect(used.directory).toBe(0);
  });

  it("of which each comes alone: a call to each peer, and in each region what a room of one region asks for", async () => {
    const { world, visitors } = await settledWorld();
    const now = counted(world, visitors);
    const before = now();
    for (let n = 0; n < 1000; n++) {
      visitors[(n * 11) % visitors.length]?.say("hello", world.clientId());
      await world.pass(500);
    }
    const used = difference(now(), before);
    expect(used.calls).toBeLessThanOrEqual(2 * 1000 + 3 * 40);
    // In each region the entry, its sender's times, counters, and what each other region is known to hold.
    expect(used.rows).toBeLessThanOrEqual(5.5 * 3 * 1000);
    expect(used.commits).toBeLessThanOrEqual(7.5 * 1000);
    expect(used.frames).toBe(1000 * visitors.length);
    // Jobs of a minute, and a look a while after a message: not one for each message.
    expect(used.alarms).toBeLessThanOrEqual(350);
    expect(used.points).toBeLessThanOrEqual(3 * 9);
    expect(used.directory).toBe(0);
  });
});

describe("a message to a room with a long log", () => {
  it("reads the log by an index or by its end, never all of it", async () => {
    const { world, visitors } = await settledWorld();
    const asked = new Set<string>();
    for (const { sql } of world.sites) {
      const all = sql.all.bind(sql);
      sql.all = (query, ...bindings) => {
        asked.add(query);
        return all(query, ...bindings);
      };
    }
    for (const visitor of visitors) {
      visitor.say("hello", world.clientId());
      await world.pass(500);
    }
    const [site] = world.sites;
    if (site === undefined) throw new Error("no replica");
    const scans = [...asked]
      .filter((query) => /^\s*(SELECT|UPDATE|DELETE)/.test(query) && !/LIMIT|EXISTS/.test(query))
      .flatMap((query) =>
        site.sql
          .all<{ detail: string }>(
            `EXPLAIN QUERY PLAN ${query}`,
            ...Array.from(query.matchAll(/\?/g), () => null),
          )
          .filter(({ detail }) => /^SCAN (entries|moves|deletions)\b(?!.*entries_held)/.test(detail))
          .map(({ detail }) => `${detail}: ${query}`),
      );
    expect(scans).toEqual([]);
  });
});
