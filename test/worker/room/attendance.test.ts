/** Who is in a room of several regions, as each of them knows it. */
import { describe, expect, it } from "vitest";
import { Everybody } from "../../../worker/room/everybody.ts";
import { Members } from "../../../worker/room/members.ts";
import { type Visitor, World } from "./virtual-world.ts";

describe("people in two regions", () => {
  it("find each other where both regions had become empty at once", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    const last = [await weur.enter("ann"), await apac.enter("bob")] as const;
    await world.pass(1000);
    weur.leave(last[0]);
    apac.leave(last[1]);
    await world.pass(1000);
    const ann = await weur.enter("ann");
    await world.pass(1000);
    const bob = await apac.enter("bob");
    await world.pass(1000);
    expect(ann.socket.of("user_joined")).toMatchObject([{ userId: "bob", userCount: 2 }]);
    expect(bob.socket.of("welcome")[0]?.userCount).toBe(2);
  });

  it("find each other again after one region slept, with the next message", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    const ann = await weur.enter("ann");
    const bob = await apac.enter("bob");
    await world.pass(60_000);
    apac.sleep();
    ann.say("good morning", world.clientId());
    await world.pass(2000);
    expect(apac.room?.info().users).toBe(2);
    expect(bob.socket.of("chat_message")).toMatchObject([{ message: "good morning" }]);
  });

  it("are told again of each other where an answer that said it was lost", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    const ann = await weur.enter("ann");
    const bob = await apac.enter("bob");
    await world.pass(2000);
    world.cut("weur", "apac");
    await apac.enter("carl");
    await world.pass(200);
    world.heal();
    ann.say("hello", world.clientId());
    while (apac.places.length === 0) await world.pass(5);
    world.cut("weur", "apac");
    await world.pass(100);
    world.heal();
    bob.say("hello", world.clientId());
    await world.pass(5000);
    expect(weur.room?.info().users).toBe(3);
  });

  it("are all known where an old word comes after newer ones", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    await weur.enter("ann");
    const words: unknown[] = [];
    const sync = weur.sync.bind(weur);
    weur.sync = (word) => {
      words.push(structuredClone(word));
      return sync(word);
    };
    await apac.enter("bob");
    await world.pass(2000);
    expect(weur.room?.info().users).toBe(2);
    weur.sync(words[0]);
    await world.pass(2000);
    expect(weur.room?.info().users).toBe(2);
  });

  it("may come and go all the time: that regions then never hear of the very last is no failure", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    await weur.enter("ann");
    await apac.enter("bob");
    await world.pass(2000);
    world.delay = 200;
    for (let n = 0; n < 200; n++) {
      await apac.enter(`guest${n}`);
      await world.pass(20);
    }
    await world.pass(2000);
    expect([...apac.log, ...weur.log]).not.toContain("peer_unreachable");
    expect(weur.room?.info().users).toBe(202);
  });
});

describe("what is told of a region", () => {
  const told = (from: string, region: string, stamp: number, ...users: string[]) => ({
    from,
    presence: [{ region, stamp, here: users.map((userId): [string, string] => [userId, userId]) }],
  });
  const inWeur = () => new Everybody("weur", new Members(), 0);

  it("by another is taken where it is newer, and asked for again: a clock may have been ahead", () => {
    const everybody = inWeur();
    expect(everybody.take(told("apac", "apac", 5, "ann", "bob")).again).toEqual([]);
    expect(everybody.take(told("enam", "apac", 4, "ann")).again).toEqual([]);
    expect(everybody.usersIn("apac")).toBe(2);
    expect(everybody.take(told("enam", "apac", 900, "ann")).again).toEqual(["apac"]);
    expect(everybody.usersIn("apac")).toBe(1);
    expect(everybody.take(told("apac", "apac", 5, "ann", "bob")).again).toEqual(["apac"]);
    expect(everybody.take(told("apac", "apac", 5, "ann", "bob")).again).toEqual([]);
    expect(everybody.usersIn("apac")).toBe(2);
  });

  it("by another is all there is of one that nobody reaches", () => {
    const everybody = inWeur();
    everybody.take(told("apac", "apac", 5, "ann"));
    everybody.lose("apac");
    expect(everybody.take(told("enam", "apac", 6, "ann", "bob")).again).toEqual([]);
    expect(everybody.usersIn("apac")).toBe(2);
  });
});

describe("a user's connections", () => {
  const refused = (error: Error) => error.message;

  it("are five over all regions, as soon as the regions have heard of each other", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    await apac.enter("bob");
    await weur.enter("ann");
    const second = await weur.enter("ann");
    await weur.enter("ann");
    await world.pass(2000);
    await apac.enter("ann");
    await apac.enter("ann");
    expect(await apac.enter("ann").catch(refused)).toBe("too_many_connections");
    await world.pass(2000);
    expect(await weur.enter("ann").catch(refused)).toBe("too_many_connections");
    weur.leave(second);
    await world.pass(2000);
    await apac.enter("ann");
    expect((await weur.enter("carl")).socket.of("welcome")[0]?.userCount).toBe(3);
  });

  it("that are dead in another region make room for new ones here", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    await apac.enter("bob");
    const dead: Visitor[] = [];
    for (let n = 0; n < 5; n++) dead.push(await weur.enter("ann"));
    await world.pass(3 * 60_000);
    expect(await apac.enter("ann").catch(refused)).toBe("too_many_connections");
    await world.pass(5000);
    await apac.enter("ann");
    expect(dead.map(({ socket }) => socket.closed)).toEqual([1001, 1001, 1001, 1001, 1001]);
  });
});
