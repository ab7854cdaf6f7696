import { describe, expect, it } from "vitest";
import { type Visitor, World } from "./virtual-world.ts";

const said = ({ socket }: Visitor): string[] =>
  socket
    .of("chat_message")
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ message }) => message);
const cursorAfter = ({ socket }: Visitor): string => {
  const last = socket.of("chat_message").at(-1);
  return `${last?.origin}:${last?.seq}@${last?.order}`;
};

describe("a room in two regions", () => {
  it("shows what is said in one region in the other, in one order, and acknowledges without waiting for it", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(1000);
    ann.say("hello", world.clientId());
    await world.pass(20);
    bob.say("hi", world.clientId());
    expect(ann.socket.of("ack")).toHaveLength(1);
    expect(said(bob)).toEqual(["hi"]);
    await world.pass(1000);
    for (const visitor of [ann, bob]) expect(said(visitor)).toEqual(["hello", "hi"]);
    expect(world.site("weur").places).toEqual(world.site("apac").places);
  });

  it("shows what came from elsewhere also where a job for it could not be stored, and has that job later", async () => {
    const world = new World();
    const [weur, apac] = [world.site("weur"), world.site("apac")];
    const ann = await weur.enter("ann");
    const bob = await apac.enter("bob");
    await world.pass(2 * 60_000);
    apac.sql.failOn = "INTO jobs";
    ann.say("hello", world.clientId());
    await world.pass(5000);
    expect(apac.sql.failOn).toBeUndefined();
    expect(said(bob)).toEqual(["hello"]);
    const jobs = apac.sql.all<{ job: string }>("SELECT job FROM jobs").map(({ job }) => job);
    expect(jobs).toContain("trim");
  });

  it("brings what is said meanwhile in the next call: as many calls as round trips, not as messages", async () => {
    const world = new World(undefined, { messagesPerMinute: 1000 });
    const ann = await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    await world.pass(1000);
    const before = world.calls;
    for (let n = 0; n < 50; n++) {
      ann.say(`${n}`, world.clientId());
      await world.pass(10);
    }
    await world.pass(200);
    expect(world.site("apac").shown).toHaveLength(50);
    expect(world.calls - before).toBeLessThanOrEqual(8);
  });

  it("has no call, no timer and no alarm to come when everybody has everything and the minute's work is done", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    ann.say("hello", world.clientId());
    await world.pass(15 * 60_000);
    const before = world.calls;
    for (const site of world.sites) {
      expect(site.timers).toBe(0);
      expect(site.sql.all("SELECT job FROM jobs")).toEqual([{ job: "directory" }]);
    }
    await world.pass(30 * 60_000);
    expect(world.calls).toBe(before);
  });

  it("keeps one copy of a message sent in both: the earlier one, whose place v1 clients get, and plain ones no second time", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    const plain = await world.site("apac").enter("paula", { plain: true });
    await world.pass(1000);
    world.cut("weur", "apac");
    const clientId = world.clientId();
    ann.say("once", clientId);
    await world.pass(5000);
    const again = await world.site("apac").enter("ann");
    again.say("once", clientId);
    await world.pass(1000);
    const [shown] = bob.socket.of("chat_message");
    world.heal();
    await world.pass(60_000);
    const [first, replaced] = bob.socket.of("chat_message");
    expect(first).toEqual(shown);
    expect(replaced).toMatchObject({ id: shown?.id, origin: ann.socket.of("chat_message")[0]?.origin });
    expect((replaced?.order ?? "") < (shown?.order ?? "")).toBe(true);
    expect(plain.socket.of("chat_message")).toHaveLength(1);
    expect(ann.socket.of("chat_message")).toHaveLength(1);
    for (const site of world.sites) expect(site.shown).toEqual(["once"]);
    expect(world.site("weur").places).toEqual(world.site("apac").places);
  });

  it("deletes a message in all regions, also one that another region does not know yet", async () => {
    const world = new World(["weur", "apac", "enam"]);
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.site("enam").enter("carl");
    await world.pass(1000);
    world.cut("weur", "apac");
    ann.say("oh no", world.clientId());
    await world.pass(1000);
    const [entry] = world.site("enam").places;
    world.cut("enam", "apac");
    expect(world.site("enam").room?.remove(entry?.id ?? "")).toBe(true);
    await world.pass(1000);
    world.heal();
    await world.pass(120_000);
    for (const site of world.sites) expect(site.places).toMatchObject([{ state: 1, message: "" }]);
    expect(said(bob)).toEqual([]);
  });

  it("counts messages of all regions towards the limit", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const too = await world.site("apac").enter("ann");
    await world.pass(1000);
    for (let n = 0; n < 10; n++) ann.say(`${n}`, world.clientId());
    await world.pass(1000);
    too.say("the eleventh", world.clientId());
    await world.pass(100);
    expect(too.socket.of("error")).toMatchObject([{ code: "rate_limited" }]);
  });
});

describe("people in two regions", () => {
  it("count once wherever they are, come and go for everybody, and are on every roster", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    expect(bob.socket.of("welcome")[0]?.userCount).toBe(2);
    await world.pass(1000);
    expect(ann.socket.of("user_joined")).toMatchObject([{ userId: "bob", region: "apac", userCount: 2 }]);
    const twice = await world.site("apac").enter("ann");
    await world.pass(1000);
    expect(twice.socket.of("welcome")[0]?.userCount).toBe(2);
    expect(bob.socket.of("user_joined")).toEqual([]);
    world.site("weur").leave(ann);
    await world.pass(1000);
    expect(bob.socket.of("user_left")).toEqual([]);
    world.site("apac").leave(bob);
    const carl = await world.site("weur").enter("carl");
    await world.pass(1000);
    expect(twice.socket.of("user_left")).toMatchObject([{ userId: "bob", userCount: 1 }]);
    expect(twice.socket.of("user_joined")).toMatchObject([{ userId: "carl", region: "weur", userCount: 2 }]);
    carl.send({ type: "who" });
    expect(carl.socket.of("roster")).toMatchObject([
      {
        users: [
          { userId: "carl", region: "weur" },
          { userId: "ann", region: "apac" },
        ],
        userCount: 2,
      },
    ]);
  });

  it("are seen typing, and of a region that died with them nobody is left", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(1000);
    bob.send({ type: "typing", isTyping: true });
    await world.pass(200);
    expect(ann.socket.of("typing")).toMatchObject([{ userId: "bob", isTyping: true }]);
    await world.pass(60_000);
    world.site("apac").crash();
    const carl = await world.site("apac").enter("carl");
    await world.pass(5000);
    expect(ann.socket.of("user_left")).toMatchObject([{ userId: "bob" }]);
    expect(carl.socket.of("welcome")[0]?.userCount).toBe(2);
  });
});

describe("a region that is cut off", () => {
  it("chats on, tells its people, and merges afterwards", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(1000);
    world.cut("weur", "apac");
    ann.say("here", world.clientId());
    bob.say("there", world.clientId());
    await world.pass(60_000);
    expect(ann.socket.of("ack")).toHaveLength(1);
    for (const { socket } of [ann, bob])
      expect(socket.of("notice")).toMatchObject([{ code: "sync_delayed" }]);
    const late = await world.site("weur").enter("late");
    expect(late.socket.of("notice")).toMatchObject([{ code: "sync_delayed" }]);
    world.heal();
    await world.pass(70_000);
    for (const { socket } of [ann, bob])
      expect(socket.of("notice").map(({ code }) => code)).toEqual(["sync_delayed", "sync_restored"]);
    expect(said(ann)).toEqual(said(bob));
    expect(said(ann)).toHaveLength(2);
  });

  it("counts for nobody after two minutes, and is told of again when it is back", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(1000);
    world.cut("weur", "apac");
    ann.say("here", world.clientId());
    await world.pass(100_000);
    expect(ann.socket.of("user_left")).toEqual([]);
    await world.pass(140_000);
    expect(ann.socket.of("user_left")).toMatchObject([{ userId: "bob", userCount: 1 }]);
    world.heal();
    await world.pass(70_000);
    expect(ann.socket.of("user_joined").at(-1)).toMatchObject({ userId: "bob", userCount: 2 });
    ann.send({ type: "who" });
    bob.send({ type: "who" });
    for (const { socket } of [ann, bob]) expect(socket.of("roster")).toMatchObject([{ userCount: 2 }]);
  });

  it("lets people come in without it after a second", async () => {
    const world = new World();
    await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    await world.pass(1000);
    world.cut("weur", "apac");
    world.site("apac").crash();
    const before = world.now;
    await world.site("apac").enter("carl");
    expect(world.now - before).toBeLessThanOrEqual(1000);
  });

  it("takes back whoever saw more elsewhere, without a loss or a double", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    await world.pass(1000);
    world.cut("weur", "apac");
    ann.say("seen in Europe", world.clientId());
    await world.pass(1000);
    const since = cursorAfter(ann);
    const back = await world.site("apac").enter("ann", { resuming: true, since });
    expect(back.socket.of("welcome")).toMatchObject([{ recovered: true, recentMessages: [] }]);
    back.say("goes on in Asia", world.clientId());
    world.heal();
    await world.pass(70_000);
    // Once more, under the id that the client knows, since the welcome's cursor named only what Asia held.
    expect(said(back)).toEqual(["seen in Europe", "goes on in Asia"]);
    const order = back.socket.of("chat_message").map(({ order }) => order);
    expect(order[0] !== order[1]).toBe(true);
  });
});

describe("a clock that is an hour ahead", () => {
  it("makes messages late elsewhere, in their place, and costs nobody a message", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(1000);
    world.site("apac").skew = 3_600_000;
    bob.say("from the future", world.clientId(-3_600_000));
    await world.pass(1000);
    ann.say("from the present", world.clientId());
    await world.pass(1000);
    expect(said(bob)).toEqual(["from the present", "from the future"]);
    expect(said(ann)).toEqual(["from the present"]);
    expect(ann.socket.of("notice")).toMatchObject([{ code: "sync_delayed" }]);
    const carl = await world.site("weur").enter("carl");
    expect(carl.socket.of("welcome")[0]?.recentMessages).toHaveLength(1);
    await world.pass(3_600_000);
    expect(said(ann)).toEqual(["from the present", "from the future"]);
    expect(said(carl)).toEqual(["from the future"]);
    expect(ann.socket.of("notice").map(({ code }) => code)).toEqual(["sync_delayed", "sync_restored"]);
  });

  it("where the alarm is late, is not overtaken by what comes next: what was held is shown first", async () => {
    const world = new World();
    const bob = await world.site("weur").enter("bob");
    world.site("apac").skew = 3_600_000;
    const ann = await world.site("apac").enter("ann");
    ann.say("held");
    await world.pass(20_000);
    expect(said(bob)).toEqual([]);
    world.site("weur").skew = 3_600_000;
    world.site("weur").alarm = undefined;
    ann.say("next");
    await world.pass(1000);
    expect(bob.socket.of("chat_message").map(({ message }) => message)).toEqual(["held", "next"]);
  });

  it("does not make the other regions forget what they must keep", async () => {
    const world = new World(undefined, { visibleMessages: 3, messagesPerMinute: 100 });
    const ann = await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    world.site("apac").skew = 3_600_000;
    for (let n = 0; n < 8; n++) ann.say(`${n}`, world.clientId());
    await world.pass(5 * 60_000);
    for (const site of world.sites) expect(site.places).toHaveLength(8);
  });
});

describe("storage that is lost or old", () => {
  it("is filled again from the peers, under a new origin", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    ann.say("kept by the other", world.clientId());
    await world.pass(20_000);
    const [old] = bob.socket.of("chat_message");
    world.site("weur").loseStorage();
    const carl = await world.site("weur").enter("carl");
    expect(carl.socket.of("welcome")[0]?.recentMessages.map(({ message }) => message)).toEqual([
      "kept by the other",
    ]);
    carl.say("a new life", world.clientId());
    await world.pass(1000);
    expect(said(bob)).toEqual(["kept by the other", "a new life"]);
    expect(bob.socket.of("chat_message")[1]?.origin).not.toBe(old?.origin);
  });

  it("that went back in time takes a new origin before it says anything under the old one", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(20_000);
    const site = world.site("weur");
    const older = site.sql.copy();
    ann.say("after the copy", world.clientId());
    await world.pass(20_000);
    site.crash();
    site.sql = older;
    const carl = await site.enter("carl");
    expect(site.log).toContain("new_origin");
    carl.say("under a new name", world.clientId());
    await world.pass(20_000);
    expect(said(bob)).toEqual(["after the copy", "under a new name"]);
    expect(site.shown).toEqual(["after the copy", "under a new name"]);
    expect(site.places).toEqual(world.site("apac").places);
  });

  it("that went back to before it knew anybody learns so from the hub within a minute or so, and is told of the others again", async () => {
    const world = new World();
    const site = world.site("weur");
    world.cut("weur", "apac");
    await site.enter("ann");
    await world.pass(1000);
    const older = site.sql.copy();
    world.heal();
    const bob = await world.site("apac").enter("bob");
    await world.pass(20_000);
    site.crash();
    site.sql = older;
    const carl = await site.enter("carl");
    await world.pass(90_000);
    expect(site.log).toContain("new_origin");
    carl.say("here", world.clientId());
    bob.say("and there", world.clientId());
    await world.pass(20_000);
    expect(site.shown.toSorted()).toEqual(["and there", "here"]);
    expect(world.site("apac").places).toEqual(site.places);
  });
});

describe("slots", () => {
  it("are never more than the room has, over all regions, and move to where they are wanted", async () => {
    const world = new World(undefined, { connectionsPerRoom: 5 });
    const here: Visitor[] = [];
    for (let n = 0; n < 4; n++) here.push(await world.site("weur").enter(`user${n}`));
    await world.site("apac").enter("bob");
    await expect(world.site("apac").enter("carl")).rejects.toThrow("room_full");
    await expect(world.site("weur").enter("dora")).rejects.toThrow("room_full");
    for (const visitor of here) world.site("weur").leave(visitor);
    await world.pass(2000);
    for (const name of ["carl", "dora", "emil", "fred"]) await world.site("apac").enter(name);
    await expect(world.site("weur").enter("gina")).rejects.toThrow("room_full");
  });

  it("that become free after others asked for them are the hub's at once, one call later", async () => {
    const world = new World(undefined, { connectionsPerRoom: 5 });
    const here: Visitor[] = [];
    for (let n = 0; n < 5; n++) here.push(await world.site("weur").enter(`user${n}`));
    await expect(world.site("apac").enter("bob")).rejects.toThrow("room_full");
    for (const visitor of here.slice(0, 2)) world.site("weur").leave(visitor);
    await world.pass(4 * world.delay);
    expect(world.hub.granted.get("weur")?.slots).toBe(3);
  });

  it("are unavailable while the hub is not reached and those at hand are used; chat goes on", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    world.cut("weur", "hub");
    let refused: string | undefined;
    for (let n = 0; n < 100 && refused === undefined; n++)
      refused = await world
        .site("weur")
        .enter(`user${n}`)
        .then(
          () => undefined,
          (error: Error) => error.message,
        );
    expect(refused).toBe("unavailable");
    ann.say("still here", world.clientId());
    await world.pass(100);
    expect(ann.socket.of("ack")).toHaveLength(1);
  });

  it("of a region that was alone are those in use, from its first word with the hub", async () => {
    const world = new World(["weur"], { connectionsPerRoom: 3 });
    const site = world.site("weur");
    for (let n = 0; n < 3; n++) await site.enter(`user${n}`);
    expect(world.calls).toBe(0);
    expect(site.notice({ recall: true })).toMatchObject({ founded: true, holds: 3 });
    expect(site.awake().report()).toMatchObject({ holds: 3, connections: 3 });
  });
});

describe("a peer with older code, or none", () => {
  it("that lacks the verb is tried again and again, ever more rarely, and served when it has it", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    await world.pass(1000);
    const apac = world.site("apac");
    const { sync } = apac;
    apac.sync = () => {
      throw new TypeError('The RPC receiver does not implement the method "sync"');
    };
    ann.say("hello", world.clientId());
    const before = world.calls;
    await world.pass(10 * 60_000);
    expect(world.calls - before).toBeLessThan(40);
    apac.sync = sync;
    await world.pass(2 * 60_000);
    expect(apac.shown).toEqual(["hello"]);
  });

  it("that answers in another language is not believed", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    await world.site("apac").enter("bob");
    await world.pass(1000);
    const answer = { from: "apac", vector: "everything" };
    world.site("apac").sync = () => answer as unknown as ReturnType<typeof sync>;
    const { sync } = world.site("apac");
    ann.say("hello", world.clientId());
    await world.pass(1000);
    expect(world.site("weur").log).toContain("peer_unreachable");
  });
});
