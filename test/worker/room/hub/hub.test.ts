import { describe, expect, it } from "vitest";
import { ROOM } from "./replica-model.ts";
import { VirtualHub } from "./virtual-hub.ts";

const MINUTE = 60_000;
const THREE = ["weur", "enam", "apac"];
const NINE = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"];

/** Founded replicas that are registered and know each other. */
async function meeting(regions: readonly string[], limit?: number): Promise<VirtualHub> {
  const world = new VirtualHub(regions, limit);
  for (const region of regions) {
    world.replica(region).found();
    await world.register(region);
  }
  await world.pass(MINUTE);
  return world;
}
const bounds = (world: VirtualHub) =>
  Object.fromEntries(world.known.map(({ region, bound }) => [region, bound]));
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, one) => total + one, 0);

describe("a new room", () => {
  it("asks each configured region once, and then grants at once", async () => {
    const world = new VirtualHub(THREE);
    world.replica("apac").found();
    const registered = await world.register("apac", 5);
    expect(world.calls.toSorted()).toEqual(["report apac", "report enam", "report weur"]);
    expect(registered.membership.members).toEqual([{ region: "apac", origin: world.replica("apac").origin }]);
    expect(world.replica("apac").mayUse).toBeGreaterThanOrEqual(5);
  });

  it("tells every member of each other, by a rising version", async () => {
    const world = await meeting(THREE);
    const versions = [...world.replicas.values()].map(({ membership }) => membership);
    for (const membership of versions) {
      expect(membership.members.map(({ region }) => region)).toEqual(THREE.toSorted());
      expect(membership).toEqual(versions[0]);
    }
    expect(world.alarm === undefined || world.alarm > world.now + MINUTE).toBe(true);
  });

  it("that was alone before is governed from its first report: it keeps what it uses, and its bans", async () => {
    const world = new VirtualHub(["weur", "enam"], 10);
    const old = world.replica("weur");
    old.found(true);
    for (let n = 0; n < 7; n++) old.join();
    old.bans.set("mallory", { userId: "mallory", until: world.now + MINUTE, at: world.now - 1 });
    world.replica("enam").found();
    const { bans } = await world.register("enam", 9);
    expect(old.mayUse).toBe(7);
    expect(bans.map(({ userId }) => userId)).toEqual(["mallory"]);
    expect(world.replica("enam").mayUse).toBeLessThanOrEqual(3);
  });

  it("is refused while one region cannot be asked, and says which", async () => {
    const world = new VirtualHub(THREE);
    world.cutOff.add("enam");
    world.replica("apac").found();
    await expect(world.register("apac")).rejects.toThrow(/not ready: no report from enam/);
    expect(world.store.founded).toBe(false);
    expect(world.hub.info()).toEqual({ users: 0, regions: [] });
    world.cutOff.clear();
    await world.pass(1000);
    expect((await world.register("apac")).granted).toBeGreaterThan(0);
  });
});

describe("slots", () => {
  it("are all to be had, whichever region asks, and never more", async () => {
    for (const limit of [1, 2, 7, 10, 100, 1000]) {
      const world = await meeting(NINE, limit);
      let admitted = 0;
      for (let n = 0; n < limit + 3; n++) {
        const region = NINE[n % NINE.length] ?? "";
        const replica = world.replica(region);
        if (!replica.join()) {
          await world.acquire(region, replica.used + 4);
          if (!replica.join()) {
            expect(admitted).toBe(limit);
            expect(replica.full).toBe(true);
            continue;
          }
        }
        admitted++;
      }
      expect(admitted).toBe(limit);
      expect(sum(Object.values(bounds(world)))).toBe(limit);
    }
  });

  it("are asked for seldom by a region that fills alone", async () => {
    const world = await meeting(THREE, 1000);
    const replica = world.replica("weur");
    let asked = 0;
    while (replica.used < 1000 && asked < 100) {
      if (!replica.join()) {
        asked++;
        await world.acquire("weur", replica.used + 4);
      }
    }
    expect(replica.used).toBe(1000);
    expect(asked).toBeLessThan(50);
  });

  it("that lie unused elsewhere are called back before the room is full", async () => {
    const world = await meeting(["weur", "enam"], 10);
    await world.acquire("weur", 10);
    await world.acquire("weur", 10);
    world.replica("weur").join();
    await world.acquire("enam", 6);
    expect(world.replica("enam").mayUse).toBeGreaterThan(1);
    expect(world.replica("weur").mayUse).toBeGreaterThanOrEqual(1);
  });

  it("of a region that is not reached are neither given away nor called full", async () => {
    const world = await meeting(["weur", "enam"], 2);
    await world.acquire("weur", 2);
    world.cutOff.add("weur");
    for (let n = 0; n < 3; n++) world.replica("enam").join();
    const held = bounds(world);
    await world.acquire("enam", 2);
    expect((await world.acquire("enam", 2)).full).toBeUndefined();
    expect(bounds(world).weur).toBe(held.weur);
  });

  it("are called back at most every few seconds from each region, however many wait", async () => {
    const world = await meeting(["weur", "enam"], 2);
    for (const region of ["weur", "enam"]) {
      await world.acquire(region, 1);
      world.replica(region).join();
    }
    const before = world.notices.filter(({ recall }) => recall === true).length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.acquire("weur", 3)));
    expect(answers.some(({ full }) => full === true)).toBe(true);
    expect(world.notices.filter(({ recall }) => recall === true).length - before).toBeLessThanOrEqual(1);
  });

  it("are not granted while the limit is below what is out; what is unused comes back by itself", async () => {
    const world = await meeting(["weur", "enam"], 100);
    await world.acquire("weur", 60);
    for (let n = 0; n < 30; n++) world.replica("weur").join();
    world.restart({ connectionsPerRoom: 20 });
    await world.acquire("enam", 5);
    expect(world.replica("enam").mayUse).toBe(bounds(world).enam);
    await world.pass(2 * MINUTE);
    expect(world.replica("weur").mayUse).toBe(30);
    for (let n = 0; n < 25; n++) world.replica("weur").leave();
    await world.pass(2 * MINUTE);
    expect((await world.acquire("enam", 5)).granted).toBeGreaterThanOrEqual(5);
    expect(sum(Object.values(bounds(world)))).toBeLessThanOrEqual(20);
  });
});

describe("a claim", () => {
  it("that comes again changes nothing; one that comes late is ignored", async () => {
    const world = await meeting(["weur"], 100);
    const replica = world.replica("weur");
    const first = replica.wish(10);
    const { granted } = await world.hub.acquire(first);
    expect((await world.hub.acquire(first)).granted).toBe(granted);
    replica.take({ n: first.n, granted });
    const second = replica.giveBack();
    await world.hub.release(second);
    expect(bounds(world).weur).toBe(0);
    await world.hub.acquire(first);
    expect(bounds(world).weur).toBe(0);
  });

  it("of a life that is over is refused, and its slots go with it only once the region says so", async () => {
    const world = await meeting(["weur", "enam"], 10);
    await world.acquire("weur", 5);
    const late = world.replica("weur").wish(9);
    const held = bounds(world).weur;
    world.replica("weur").loseStorage();
    world.replica("weur").found();
    expect(bounds(world).weur).toBe(held);
    await world.register("weur", 0);
    expect(bounds(world).weur).toBe(0);
    await expect(world.hub.acquire(late)).rejects.toThrow(/not the present life/);
    expect(world.replica("enam").membership.version).toBeLessThan(world.replica("weur").membership.version);
    await world.pass(MINUTE);
    expect(world.replica("enam").membership).toEqual(world.replica("weur").membership);
  });
});

describe("a hub that lost its storage", () => {
  it("is rebuilt from every member: grants, bans, users, and a version above all before", async () => {
    const world = await meeting(THREE, 30);
    for (const region of THREE) {
      await world.acquire(region, 5);
      world.replica(region).join();
    }
    await world.hub.kick({ room: ROOM, userId: "mallory", banSeconds: 600 });
    const version = Math.max(...[...world.replicas.values()].map(({ membership }) => membership.version));
    const held = [...world.replicas.values()].map(({ mayUse }) => mayUse);
    world.loseStorage();
    const registered = await world.register("weur", 5);
    expect(registered.membership.version).toBeGreaterThan(version);
    expect(registered.bans.map(({ userId }) => userId)).toEqual(["mallory"]);
    for (const [index, { region }] of [...world.replicas.values()].entries())
      expect(bounds(world)[region]).toBeGreaterThanOrEqual(held[index] ?? 0);
    await world.pass(MINUTE);
    expect(world.hub.info().users).toBe(3);
    for (const { membership } of world.replicas.values()) expect(membership.members).toHaveLength(3);
  });

  it("asks also a region that only a member knows of, and waits for it", async () => {
    const world = await meeting(THREE, 30);
    world.settings = { ...world.settings, regions: ["weur", "enam"] };
    world.loseStorage();
    world.cutOff.add("apac");
    await expect(world.acquire("weur", 20)).rejects.toThrow(/no report from apac/);
    world.cutOff.clear();
    await world.pass(2000);
    await world.acquire("weur", 20);
    expect(Object.keys(bounds(world)).sort()).toEqual(THREE.toSorted());
  });
});

describe("bans and kicks", () => {
  it("reach every region, also one that is cut off, once it is back", async () => {
    const world = await meeting(THREE);
    world.cutOff.add("apac");
    expect(await world.hub.kick({ room: ROOM, userId: "mallory", banSeconds: 3600 })).toEqual({ closed: 2 });
    expect(world.replica("apac").kicked).toEqual([]);
    await world.pass(10 * MINUTE);
    world.restart();
    world.cutOff.clear();
    await world.pass(2 * MINUTE);
    expect(world.replica("apac").kicked).toEqual(["mallory"]);
    for (const { bans } of world.replicas.values()) expect(bans.has("mallory")).toBe(true);
  });

  it("are given up when the ban has ended, and a kick without one after a minute", async () => {
    const world = await meeting(["weur", "enam"]);
    world.cutOff.add("enam");
    await world.hub.kick({ room: ROOM, userId: "mallory", banSeconds: 120 });
    await world.hub.kick({ room: ROOM, userId: "eve" });
    await world.pass(5 * MINUTE);
    world.cutOff.clear();
    await world.pass(2 * MINUTE);
    expect(world.replica("enam").kicked).toEqual([]);
    expect(world.replica("weur").kicked).toEqual(["mallory", "eve"]);
  });

  it("the later decision counts, whichever a rebuilt hub hears first", async () => {
    const world = await meeting(["weur", "enam"]);
    const [short, long] = [
      { userId: "eve", until: world.now + 5 * MINUTE, at: world.now + 2 },
      { userId: "eve", until: world.now + 900 * MINUTE, at: world.now + 1 },
    ];
    world.replica("weur").bans.set("eve", short);
    world.replica("enam").bans.set("eve", long);
    world.loseStorage();
    await world.acquire("enam", 1);
    await world.pass(MINUTE);
    expect(world.replica("enam").bans.get("eve")).toEqual(short);
    expect(world.replica("weur").bans.get("eve")).toEqual(short);
  });

  it("found a hub, so that whom a moderator keeps out of an empty room stays out", async () => {
    const world = new VirtualHub(THREE);
    expect(await world.hub.kick({ room: ROOM, userId: "mallory", banSeconds: 60 })).toEqual({ closed: 0 });
    world.replica("weur").found();
    const { bans } = await world.register("weur");
    expect(bans.map(({ userId }) => userId)).toEqual(["mallory"]);
  });
});

describe("the directory", () => {
  it("says how many users are where, at most once a minute, and takes an empty room out", async () => {
    const world = await meeting(THREE);
    const from = world.entries.length;
    const started = world.now;
    for (let n = 0; n < 60; n++) {
      const region = n % 2 === 0 ? "weur" : "apac";
      world.replica(region).used = n + 1;
      await world.attend(region);
      await world.pass(5000);
    }
    await world.pass(2 * MINUTE);
    const written = world.entries.slice(from);
    expect(written.length).toBeLessThanOrEqual((world.now - started) / MINUTE + 1);
    expect(written.at(-1)).toMatchObject({ room: ROOM, regions: ["apac", "weur"], users: 119 });
    for (const region of THREE) {
      world.replica(region).used = 0;
      await world.attend(region);
    }
    await world.pass(2 * MINUTE);
    expect(world.entries.at(-1)?.users).toBe(0);
  });

  it("is renewed hourly while somebody is there, and corrected where a replica died silently", async () => {
    const world = await meeting(["weur", "enam"]);
    for (const region of ["weur", "enam"]) {
      world.replica(region).used = 3;
      await world.attend(region);
    }
    await world.pass(2 * MINUTE);
    world.replica("enam").loseStorage();
    await world.pass(3 * 60 * MINUTE);
    const last = world.entries.at(-1);
    expect(last).toMatchObject({ regions: ["weur"], users: 3 });
    expect(world.now - (last?.at ?? 0)).toBeLessThan(61 * MINUTE);
  });

  it("hears no count that is older than the last", async () => {
    const world = await meeting(["weur"]);
    const { origin } = world.replica("weur");
    const count = (users: number, at: number) =>
      world.hub.attend({ room: ROOM, region: "weur", origin, users, connections: users, at });
    await count(5, world.now - 10);
    await count(9, world.now - 20);
    expect(world.hub.info().users).toBe(5);
  });
});

describe("a region", () => {
  it("that was taken out of the settings stays until everybody has what it has and nobody is there", async () => {
    const world = await meeting(THREE);
    const [apac, weur, enam] = [world.replica("apac"), world.replica("weur"), world.replica("enam")];
    apac.vector = { [apac.origin ?? ""]: 7 };
    weur.vector = { [apac.origin ?? ""]: 7 };
    enam.vector = { [apac.origin ?? ""]: 6 };
    await world.acquire("apac", 1);
    apac.join();
    world.restart({ regions: ["weur", "enam"] });
    await world.pass(9 * MINUTE);
    expect(weur.membership.members.find(({ region }) => region === "apac")).toEqual({
      region: "apac",
      origin: apac.origin,
    });
    await world.pass(5 * MINUTE);
    expect(weur.membership.members.find(({ region }) => region === "apac")?.leaving).toBe(true);
    expect((await world.acquire("apac", 5)).granted).toBe(apac.mayUse);
    apac.leave();
    await world.pass(5 * MINUTE);
    expect(weur.membership.members).toHaveLength(3);
    enam.vector = { [apac.origin ?? ""]: 7 };
    world.cutOff.add("weur");
    await world.pass(5 * MINUTE);
    expect(enam.membership.members).toHaveLength(3);
    world.cutOff.clear();
    await world.pass(5 * MINUTE);
    for (const { membership } of [apac, weur, enam])
      expect(membership.members.map(({ region }) => region)).toEqual(["enam", "weur"]);
    expect(bounds(world).apac).toBe(0);
    expect(world.alarm === undefined || world.alarm > world.now + MINUTE).toBe(true);
  });

  it("that is closed and alone with the room waits in silence, and leaves once another has all that it has", async () => {
    const world = await meeting(["weur"]);
    const [weur, enam] = [world.replica("weur"), world.replica("enam")];
    weur.vector = { [weur.origin ?? ""]: 3 };
    world.restart({ regions: ["weur", "enam"], closed: ["weur"] });
    await world.attend("weur");
    await world.pass(60 * MINUTE);
    expect(world.alarm).toBeUndefined();
    expect(weur.membership.members).toEqual([{ region: "weur", origin: weur.origin, leaving: true }]);
    enam.found();
    await world.register("enam");
    await world.pass(5 * MINUTE);
    expect(enam.membership.members).toHaveLength(2);
    enam.vector = { [weur.origin ?? ""]: 3 };
    await world.pass(10 * MINUTE);
    expect(weur.membership.members.map(({ region }) => region)).toEqual(["enam"]);
    expect(enam.membership).toEqual(weur.membership);
  });

  it("that left is a member again, with what it had, when it opens again", async () => {
    const world = await meeting(["weur", "enam"]);
    world.restart({ closed: ["weur"] });
    await world.pass(5 * MINUTE);
    expect(world.hub.info().regions).toEqual(["enam"]);
    await world.attend("enam");
    await world.pass(5 * MINUTE);
    world.restart({ closed: [] });
    await world.pass(MINUTE);
    expect(world.replica("enam").membership.members).toEqual([
      { region: "enam", origin: world.replica("enam").origin },
      { region: "weur", origin: world.replica("weur").origin },
    ]);
    expect(world.replica("weur").membership).toEqual(world.replica("enam").membership);
  });

  it("that comes back into the settings in time never left", async () => {
    const world = await meeting(["weur", "enam"]);
    world.restart({ regions: ["weur"] });
    await world.pass(5 * MINUTE);
    const version = world.replica("weur").membership.version;
    world.restart({ regions: ["weur", "enam"] });
    await world.pass(30 * MINUTE);
    expect(world.replica("weur").membership.version).toBe(version);
  });

  it("that was added joins by its first registration", async () => {
    const world = await meeting(["weur", "enam"]);
    world.restart({ regions: THREE });
    world.replica("apac").found();
    await world.register("apac", 3);
    expect(world.replica("apac").mayUse).toBeGreaterThanOrEqual(3);
    await world.pass(MINUTE);
    expect(world.replica("weur").membership.members).toHaveLength(3);
  });
});

describe("a hub with nothing to do", () => {
  it("sets no alarm, and goes once all its replicas are gone", async () => {
    const world = await meeting(["weur", "enam"]);
    for (const region of ["weur", "enam"]) await world.attend(region);
    await world.pass(5 * MINUTE);
    for (const region of ["weur", "enam"]) world.replica(region).loseStorage();
    await world.pass(60 * MINUTE);
    expect(world.destroyed).toBe(1);
    expect(world.store.founded).toBe(false);
    expect(world.alarm).toBeUndefined();
  });

  it("stays with a room that has messages, and looks no more", async () => {
    const world = await meeting(["weur", "enam"]);
    world.replica("weur").vector = { a: 1 };
    for (const region of ["weur", "enam"]) await world.attend(region);
    await world.pass(60 * MINUTE);
    expect(world.destroyed).toBe(0);
    expect(world.alarm).toBeUndefined();
  });
});
