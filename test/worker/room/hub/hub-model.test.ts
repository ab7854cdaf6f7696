import fc from "fast-check";
import { expect, it } from "vitest";
import { ROOM } from "./replica-model.ts";
import { VirtualHub } from "./virtual-hub.ts";

const REGIONS = ["weur", "enam", "apac", "sam"];
const region = fc.constantFrom(...REGIONS);
const pick = fc.nat(30);

const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("deliver" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("double" as const), pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("register" as const), region, wants: fc.nat(6) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("acquire" as const), region, wants: fc.nat(12) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("join" as const), region, count: fc.nat(8) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("leave" as const), region, count: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), region }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("attend" as const), region }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(7000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("loseHub" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("loseReplica" as const), region }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("limit" as const), limit: fc.constantFrom(5, 10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), region: fc.option(region) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("ban" as const) }) },
);

const LIMIT = 10;
/** A call whose outcome the model reads from the replica. */
const unheard = (call: Promise<unknown>) => void call.catch(() => {});

function check(world: VirtualHub): void {
  const replicas = [...world.replicas.values()];
  const used = replicas.reduce((sum, replica) => sum + replica.used, 0);
  expect(used, "connections").toBeLessThanOrEqual(LIMIT);
  const known = new Map(world.known.map((one) => [one.region, one]));
  if (known.size === 0) return;
  const bounds = [...known.values()].reduce((sum, { bound }) => sum + bound, 0);
  expect(bounds, "granted").toBeLessThanOrEqual(LIMIT);
  for (const { region, origin, mayUse } of replicas) {
    const row = known.get(region);
    const bound = row !== undefined && row.origin === origin ? row.bound : 0;
    expect(bound, `${region} may use ${mayUse}`).toBeGreaterThanOrEqual(mayUse);
  }
}

it("connections never exceed the limit, and no replica has more than the hub knows of, whatever is lost, doubled, late, crashes or forgets", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 150 }), fc.boolean(), async (steps, alone) => {
      const world = new VirtualHub(REGIONS, LIMIT);
      world.holding = true;
      if (alone) {
        world.replica("weur").found(true);
        for (let n = 0; n < 4; n++) world.replica("weur").join();
      }
      for (const one of steps) {
        switch (one.do) {
          case "deliver":
          case "lose": {
            const [parcel] = world.parcels.splice(one.pick % Math.max(1, world.parcels.length), 1);
            if (one.do === "deliver") parcel?.deliver();
            break;
          }
          case "double": {
            const parcel = world.parcels[one.pick % Math.max(1, world.parcels.length)];
            if (parcel !== undefined) world.parcels.push(parcel);
            break;
          }
          case "register": {
            const replica = world.replica(one.region);
            if (replica.origin === undefined) replica.found();
            unheard(world.register(one.region, one.wants));
            break;
          }
          case "acquire":
            if (world.replica(one.region).origin !== undefined) unheard(world.acquire(one.region, one.wants));
            break;
          case "release":
            if (world.replica(one.region).origin !== undefined) unheard(world.release(one.region));
            break;
          case "attend":
            if (world.replica(one.region).origin !== undefined) unheard(world.attend(one.region));
            break;
          case "join":
            for (let n = 0; n < one.count; n++) world.replica(one.region).join();
            break;
          case "leave":
            for (let n = 0; n < one.count; n++) world.replica(one.region).leave();
            break;
          case "pass":
            await world.pass(one.ms);
            break;
          case "crash":
            world.restart();
            break;
          case "loseHub":
            world.loseStorage();
            break;
          case "loseReplica":
            world.replica(one.region).loseStorage();
            break;
          case "limit":
            world.restart({ connectionsPerRoom: one.limit });
            break;
          case "close":
            world.restart({ closed: one.region === null ? [] : [one.region] });
            break;
          case "ban":
            unheard(world.hub.kick({ room: ROOM, userId: "mallory", banSeconds: 86_400 }));
            break;
          default:
            one satisfies never;
        }
        await world.settle();
        check(world);
      }

      // Calm: everything arrives, and everybody who has something to say says it.
      world.holding = false;
      for (const { deliver } of world.parcels.splice(0)) deliver();
      world.restart({ connectionsPerRoom: LIMIT, closed: [] });
      await world.pass(10_000);
      for (const replica of world.replicas.values()) {
        if (replica.origin === undefined) replica.found();
        await world.register(replica.region);
        check(world);
      }
      await world.pass(5 * 60_000);
      check(world);
      const [first, ...others] = [...world.replicas.values()].map(({ membership }) => membership);
      expect(first?.members.map(({ region: name }) => name)).toEqual(REGIONS.toSorted());
      for (const other of others) expect(other).toEqual(first);
      const bans = [...world.replicas.values()].map((replica) => replica.bans.get("mallory"));
      for (const ban of bans) expect(ban).toEqual(bans[0]);

      // Every slot is to be had.
      for (let n = 0; n < 3 * LIMIT; n++) {
        const replica = world.replica(REGIONS[n % REGIONS.length] ?? "");
        if (replica.join()) continue;
        await world.acquire(replica.region, replica.used + 1);
        replica.join();
        await world.pass(6000);
        check(world);
      }
      const all = [...world.replicas.values()].reduce((sum, { used }) => sum + used, 0);
      expect(all).toBe(LIMIT);
    }),
    { numRuns: 150 },
  );
});
