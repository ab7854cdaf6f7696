/** What may be under way while something else happens, each case by itself: the random model meets them too seldom. */
import { describe, expect, it } from "vitest";
import { VirtualHub } from "./virtual-hub.ts";

const MINUTE = 60_000;

async function meeting(regions: readonly string[], limit: number): Promise<VirtualHub> {
  const world = new VirtualHub(regions, limit);
  for (const region of regions) {
    world.replica(region).found();
    await world.register(region, 0);
  }
  await world.pass(2 * MINUTE);
  return world;
}
const boundOf = (world: VirtualHub, region: string) =>
  world.known.find((known) => known.region === region)?.bound ?? 0;
const unheard = (call: Promise<unknown>) => void call.catch(() => {});

describe("a grant", () => {
  it("stays counted when its wish comes again and there is less to give", async () => {
    const world = await meeting(["weur"], 100);
    const wish = world.replica("weur").wish(80);
    const { n, granted } = await world.hub.acquire(wish);
    world.restart({ connectionsPerRoom: 10 });
    await world.hub.acquire(wish);
    world.replica("weur").take({ n, granted });
    expect(boundOf(world, "weur")).toBeGreaterThanOrEqual(world.replica("weur").mayUse);
  });

  it("of a hub that lost its storage counts no more once the new one asked, however late it comes", async () => {
    const world = await meeting(["weur", "enam"], 10);
    world.holding = true;
    unheard(world.acquire("weur", 8));
    await world.deliver("hub");
    const grant = await world.parcel("back");
    world.loseStorage();
    world.holding = false;
    await world.acquire("enam", 10);
    grant.deliver();
    await world.settle();
    expect(world.replica("weur").mayUse).toBe(0);
    expect(boundOf(world, "enam")).toBeGreaterThan(0);
  });

  it("of such a hub does not survive in a region that only a doubled call of its own makes known", async () => {
    const world = await meeting(["weur", "enam"], 10);
    world.replica("apac").found();
    world.holding = true;
    unheard(world.register("apac", 6));
    const registration = await world.parcel("hub");
    registration.deliver();
    const grant = await world.parcel("back");
    world.parcels = [];
    world.holding = false;
    world.loseStorage();
    await world.acquire("weur", 9);
    await world.acquire("weur", 9);
    world.holding = true;
    registration.deliver();
    await world.settle();
    while (world.parcels.some(({ to }) => to === "apac")) await world.deliver("apac", "back");
    grant.deliver();
    await world.settle();
    expect(world.replica("apac").mayUse).toBeLessThanOrEqual(boundOf(world, "apac"));
  });

  it("is given under the later number when its wish crossed a question of the hub", async () => {
    const world = await meeting(["weur", "enam"], 10);
    world.holding = true;
    unheard(world.acquire("weur", 5));
    const wish = await world.parcel("hub");
    world.holding = false;
    world.loseStorage();
    await world.acquire("enam", 1);
    wish.deliver();
    await world.settle();
    expect(world.replica("weur").mayUse).toBeGreaterThanOrEqual(5);
    expect(boundOf(world, "weur")).toBe(world.replica("weur").mayUse);
  });
});

describe("an answer", () => {
  it("of a life that ended while it was under way does not undo the next life's grant", async () => {
    const world = await meeting(["weur", "enam"], 10);
    world.holding = true;
    const weur = world.replica("weur");
    weur.loseStorage();
    weur.found();
    unheard(world.register("weur", 2));
    await world.deliver("hub", "weur");
    const late = await world.parcel("back");
    weur.loseStorage();
    weur.found();
    unheard(world.register("weur", 5));
    await world.deliver("hub", "weur", "back", "back");
    expect(weur.mayUse).toBeGreaterThanOrEqual(5);
    late.deliver();
    await world.settle();
    expect(boundOf(world, "weur")).toBeGreaterThanOrEqual(weur.mayUse);
  });

  it("to a notice counts for the membership that it knew, not for one that rose meanwhile", async () => {
    const world = await meeting(["weur", "enam"], 10);
    world.replica("enam").loseStorage();
    world.replica("enam").found();
    await world.register("enam", 1);
    world.holding = true;
    await world.pass(100);
    await world.deliver("weur");
    const taken = await world.parcel("back");
    world.holding = false;
    world.parcels = [];
    world.replica("apac").found();
    await world.register("apac", 1);
    taken.deliver();
    await world.pass(MINUTE);
    expect(world.replica("weur").membership.members.map(({ region }) => region)).toContain("apac");
  });
});

describe("a rebuilt hub's first version", () => {
  it("is above all that the hub of before had said, also what reached nobody", async () => {
    const world = await meeting(["weur", "enam"], 10);
    for (const region of ["weur", "enam"]) world.cutOff.add(region);
    for (const region of ["apac", "sam", "oc"]) {
      world.replica(region).found();
      await world.register(region, 0);
    }
    const said = Number(world.store.facts.get("version"));
    const heard = Math.max(...["weur", "enam"].map((region) => world.replica(region).membership.version));
    expect(said).toBeGreaterThan(heard);
    world.cutOff.clear();
    world.loseStorage();
    await world.acquire("weur", 1);
    expect(Number(world.store.facts.get("version"))).toBeGreaterThan(said);
  });
});
