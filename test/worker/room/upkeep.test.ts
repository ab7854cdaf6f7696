import { describe, expect, it } from "vitest";
import { VirtualRoom } from "./virtual-room.ts";

const MINUTE = 60_000;

describe("upkeep", () => {
  it("keeps what is younger than ten minutes or among the newest 100, and then sets no more alarms", async () => {
    const room = new VirtualRoom({ messagesPerMinute: 1_000_000 });
    const places = () => room.sql.all<{ n: number }>("SELECT COUNT(*) AS n FROM entries")[0]?.n;
    const ann = room.enter("ann");
    for (let n = 0; n < 240; n++) {
      ann.say(`${n}`);
      await room.pass(1000);
    }
    await room.pass(6 * MINUTE);
    expect(places()).toBe(240);
    room.room.left(ann.connection);
    await room.pass(20 * MINUTE);
    expect(places()).toBe(100);
    expect(room.room.history(undefined, 100).entries.at(-1)?.message).toBe("239");
    expect(room.room.history(undefined, 50)).toMatchObject({ more: true });
    await room.pass(24 * 60 * MINUTE);
    expect(room.alarm).toBeUndefined();
    expect(room.timers).toBe(0);
  });

  it("finds the first copy of a resent message to the end of the ten minutes, however many came after", async () => {
    const room = new VirtualRoom({ messagesPerMinute: 1_000_000, visibleMessages: 10 });
    let ann = room.enter("ann");
    const clientId = room.clientId();
    ann.say("first", clientId);
    for (let n = 0; n < 59; n++) {
      ann.say(`${n}`);
      await room.pass(10_000);
    }
    room.restart("crash");
    ann = room.enter("ann");
    await room.pass(9_000);
    ann.say("first", clientId);
    await room.pass(100);
    expect(ann.socket.of("ack")).toMatchObject([{ clientId, duplicate: true }]);
  });

  it("keeps a deletion's place: the floor lies where it would without", async () => {
    const [with_, without] = [
      new VirtualRoom({ visibleMessages: 5 }),
      new VirtualRoom({ visibleMessages: 5 }),
    ];
    for (const room of [with_, without]) {
      const ann = room.enter("ann");
      for (let n = 0; n < 8; n++) ann.say(`${n}`);
      await room.pass(100);
    }
    with_.room.remove(with_.room.history(undefined, 1).entries[0]?.id ?? "");
    for (const room of [with_, without]) await room.pass(15 * MINUTE);
    const floor = (room: VirtualRoom) =>
      room.sql.all<{ value: string }>("SELECT value FROM facts WHERE key = 'floor'")[0]?.value;
    expect(floor(with_)).toBeDefined();
    expect(floor(with_)).toBe(floor(without));
    expect(with_.room.info().messages).toBe(4);
  });

  it("writes the directory soon after a change, then at most once a minute, and takes an empty room out", async () => {
    const room = new VirtualRoom();
    const guests = Array.from({ length: 30 }, (_, n) => room.enter(`user${n}`));
    await room.pass(2000);
    expect(room.directory).toMatchObject([{ room: "lobby", region: "weur", users: 30 }]);
    for (const { connection } of guests) {
      room.room.left(connection);
      await room.pass(1000);
    }
    await room.pass(2 * MINUTE);
    expect(room.directory.map(({ users }) => users)).toEqual([30, 0]);
    const gaps = room.directory.slice(1).map(({ at }, index) => at - (room.directory[index]?.at ?? 0));
    expect(gaps.every((gap) => gap >= MINUTE)).toBe(true);
  });

  it("renews the entry of an occupied room before it expires", async () => {
    const room = new VirtualRoom();
    room.enter("ann");
    await room.pass(5 * 60 * MINUTE);
    expect(room.directory.length).toBeGreaterThanOrEqual(5);
    expect(room.directory.length).toBeLessThanOrEqual(7);
  });

  it("corrects the directory after a crash took every socket", async () => {
    const room = new VirtualRoom();
    room.enter("ann");
    await room.pass(2 * MINUTE);
    room.restart("crash");
    await room.pass(2 * MINUTE);
    expect(room.directory.at(-1)?.users).toBe(0);
  });

  it("goes on after a job failed: tries again in a minute, and does the others", async () => {
    const room = new VirtualRoom();
    room.directoryFails = true;
    room.enter("ann").say("x");
    await room.pass(2.5 * MINUTE);
    expect(room.log.filter((event) => event === "job_failed").length).toBeGreaterThanOrEqual(2);
    expect(room.points).toHaveLength(1);
    room.directoryFails = false;
    await room.pass(2 * MINUTE);
    expect(room.directory).toHaveLength(1);
  });

  it("measures at most once a minute, only while something happens, and counts through sleep and crash", async () => {
    const room = new VirtualRoom();
    for (let n = 0; n < 3; n++) {
      room.enter(`user${n}`).say("x");
      await room.pass(10_000);
      room.restart("crash");
    }
    await room.pass(60 * MINUTE);
    expect(room.points).toHaveLength(1);
    expect(room.points[0]).toMatchObject({
      room: "lobby",
      region: "weur",
      users: 0,
      counts: { accepted: 3, joins: 3 },
    });
  });

  it("forgets a room in which nobody wrote, once nobody can resume it, and no other", async () => {
    const [silent, used] = [new VirtualRoom(), new VirtualRoom()];
    silent.room.left(silent.enter("ann").connection);
    const ann = used.enter("ann");
    ann.say("kept");
    await used.pass(100);
    used.room.left(ann.connection);
    await silent.pass(10 * MINUTE);
    expect(silent.destroyed).toBe(false);
    await silent.pass(2 * MINUTE);
    await used.pass(12 * MINUTE);
    expect([silent.destroyed, used.destroyed]).toEqual([true, false]);
  });

  it("survives a crash between any two jobs: what was due is still due", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    ann.say("x");
    await room.pass(100);
    room.restart("crash");
    expect(room.alarm).toBeDefined();
    await room.pass(2 * MINUTE);
    expect(room.points).toHaveLength(1);
    expect(room.directory).toMatchObject([{ users: 0 }]);
  });
});

describe("a write that fails once", () => {
  it("when somebody goes: the others hear of it, and the directory too", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    await room.pass(2 * MINUTE);
    room.sql.failOn = "INTO jobs";
    room.room.left(bob.connection);
    await room.pass(1000);
    expect(room.log).toContain("tick_failed");
    await room.pass(2 * MINUTE);
    expect(ann.socket.of("user_left")).toMatchObject([{ userId: "bob", userCount: 1 }]);
    expect(room.directory.at(-1)?.users).toBe(1);
  });

  it("in a tick: who came is told all the same", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    await room.pass(2 * MINUTE);
    room.enter("bob");
    room.enter("carl");
    room.sql.failOn = "INTO facts";
    await room.pass(900);
    expect(room.log).toContain("tick_failed");
    expect(ann.socket.of("user_joined").at(-1)).toMatchObject({ userId: "carl", userCount: 3 });
  });

  it("where trimming is asked for: everybody has the message, and it is trimmed in time", async () => {
    const room = new VirtualRoom({ visibleMessages: 1 });
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    await room.pass(100);
    ann.say("one");
    await room.pass(100);
    // Metrics and the directory are asked for already.
    room.sql.all("DELETE FROM jobs WHERE job = 'trim'");
    room.restart("hibernate");
    const [annAgain, bobAgain] = [room.revive(ann.socket), room.revive(bob.socket)];
    room.sql.failOn = "INTO jobs";
    annAgain.say("two");
    await room.pass(100);
    expect(room.log).toContain("tick_failed");
    expect(bobAgain.socket.of("chat_message")).toMatchObject([{ message: "one" }, { message: "two" }]);
    await room.pass(30 * MINUTE);
    expect(room.room.history(undefined, 10).entries).toMatchObject([{ message: "two" }]);
    expect(room.sql.all<{ n: number }>("SELECT COUNT(*) AS n FROM entries")[0]?.n).toBe(1);
  });

  it("when the room wakes: it comes up, and sees to its alarm with the next tick", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    ann.say("one");
    await room.pass(100);
    // As after an alarm that was given up.
    room.sql.all("DELETE FROM facts WHERE key = 'alarm'");
    room.alarm = undefined;
    room.sql.failOn = "INTO facts";
    room.restart("hibernate");
    expect(room.alarm).toBeUndefined();
    room.revive(ann.socket).say("two");
    await room.pass(100);
    expect(ann.socket.of("ack")).toHaveLength(0);
    expect(ann.socket.of("chat_message").map(({ message }) => message)).toEqual(["one", "two"]);
    expect(room.alarm).toBeDefined();
  });

  it("for good: the room tries once more, and then lets itself be put to sleep", async () => {
    const room = new VirtualRoom();
    room.enter("ann");
    const bob = room.enter("bob");
    await room.pass(2 * MINUTE);
    const all = room.sql.all.bind(room.sql);
    room.sql.all = (query, ...bindings) => {
      if (/^INSERT/.test(query)) throw new Error("database or disk is full");
      return all(query, ...bindings);
    };
    room.room.left(bob.connection);
    await room.pass(1000);
    expect(room.log.filter((event) => event === "tick_failed").length).toBeGreaterThan(1);
    expect(room.timers).toBe(0);
  });
});
