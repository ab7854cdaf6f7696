import { describe, expect, it } from "vitest";
import { VirtualRoom } from "./virtual-room.ts";

describe("who is here", () => {
  it("is told at a user's first and last connection, to the others only", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const first = room.enter("bob");
    await room.pass(1000);
    const second = room.enter("bob");
    await room.pass(1000);
    room.room.left(first.connection);
    await room.pass(1000);
    expect(ann.socket.of("user_joined")).toMatchObject([{ userId: "bob", userCount: 2, region: "weur" }]);
    expect(ann.socket.of("user_left")).toEqual([]);
    expect(first.socket.of("user_joined")).toEqual([]);
    expect(second.socket.of("welcome")[0]?.userCount).toBe(2);
    room.room.left(second.connection);
    await room.pass(1000);
    expect(ann.socket.of("user_left")).toMatchObject([{ userId: "bob", userCount: 1 }]);
  });

  it("is told in few frames when a thousand join at once, the last with the true count", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    await room.pass(1000);
    for (let n = 0; n < 999; n++) {
      room.enter(`user${n}`);
      if (n % 50 === 0) await room.pass(20);
    }
    await room.pass(2000);
    expect(ann.socket.frames.length).toBeLessThan(20);
    expect(ann.socket.of("user_joined").at(-1)?.userCount).toBe(1000);
  });

  it("is not told of one who comes and goes between two ticks", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    room.enter("bob");
    const carl = room.enter("carl");
    room.room.left(carl.connection);
    await room.pass(1000);
    expect(ann.socket.objects.some((frame) => "userId" in frame && frame.userId === "carl")).toBe(false);
  });

  it("is answered to who, once a second and with at most 200 users", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann", { username: "Ann" });
    for (let n = 0; n < 250; n++) room.enter(`user${n}`);
    ann.send({ type: "who" });
    ann.send({ type: "who" });
    const [roster, ...more] = ann.socket.of("roster");
    expect(more).toEqual([]);
    expect(roster?.users).toHaveLength(200);
    expect(roster).toMatchObject({ userCount: 251, truncated: true });
    expect(roster?.users[0]).toEqual({ userId: "ann", username: "Ann", region: "weur" });
  });

  it("survives sleep: counts, names and closed sockets", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    const carl = room.enter("carl");
    room.room.kick("carl", undefined);
    await room.pass(1000);
    expect(carl.socket.state).toBeUndefined();
    room.restart("hibernate");
    const revived = [ann, bob].map(({ socket }) => room.revive(socket));
    expect(room.room.info().users).toBe(2);
    if (revived[1] !== undefined) room.room.left(revived[1].connection);
    await room.pass(1000);
    expect(ann.socket.of("user_left").at(-1)).toMatchObject({ userId: "bob", userCount: 1 });
  });
});

describe("typing", () => {
  it("reaches the others, at most once a second, and is never stored", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    const plain = room.enter("plain", { plain: true });
    await room.pass(2000);
    ann.send({ type: "typing", isTyping: true });
    ann.send({ type: "typing", isTyping: false });
    await room.pass(1500);
    ann.send({ type: "typing", isTyping: false });
    await room.pass(100);
    for (const { socket } of [bob, plain])
      expect(socket.of("typing").map(({ isTyping }) => isTyping)).toEqual([true, false]);
    expect(ann.socket.of("typing")).toEqual([]);
    expect(room.room.info().messages).toBe(0);
  });
});

describe("room", () => {
  it("is full at exactly its limit, and takes the slot of a connection without a sign of life for 2 minutes", async () => {
    const room = new VirtualRoom({ connectionsPerRoom: 3 });
    const silent = room.enter("silent");
    const pinging = room.enter("pinging");
    room.enter("other");
    expect(() => room.enter("late")).toThrow("room_full");
    await room.pass(121_000);
    pinging.socket.pinged = room.now - 1000;
    room.room.left(room.enter("late").connection);
    expect(silent.socket.closed).toBe(1001);
    expect(pinging.socket.closed).toBeUndefined();
  });

  it("takes five connections of a user and refuses the sixth", () => {
    const room = new VirtualRoom();
    for (let n = 0; n < 5; n++) room.enter("ann");
    expect(() => room.enter("ann")).toThrow("too_many_connections");
    expect(room.room.members.userCount).toBe(1);
  });

  it("closes a kicked user's connections with 4003 and keeps a banned one out until the ban ends, over a crash", async () => {
    const room = new VirtualRoom();
    const [one, two] = [room.enter("ann"), room.enter("ann")];
    one.say("queued");
    expect(room.room.kick("ann", 60)).toBe(2);
    expect([one.socket.closed, two.socket.closed]).toEqual([4003, 4003]);
    room.restart("crash");
    expect(() => room.enter("ann")).toThrow("banned");
    await room.pass(60_001);
    expect(room.enter("ann").socket.of("welcome")).toHaveLength(1);
  });

  it("closes a reader with more than 1 MB waiting with 1013, and nobody else", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const slow = room.enter("slow");
    slow.socket.waiting = 1024 * 1024 + 1;
    ann.socket.waiting = 1024 * 1024;
    await room.pass(1000);
    ann.say("x");
    await room.pass(100);
    expect(slow.socket.closed).toBe(1013);
    expect(ann.socket.closed).toBeUndefined();
  });

  it("where the runtime tells nothing, closes one that was sent 1 MB in 45 s without a sign of life", async () => {
    const room = new VirtualRoom({ messagesPerMinute: 1_000_000 });
    const silent = room.enter("silent");
    const alive = room.enter("alive");
    const talkers = Array.from({ length: 20 }, (_, n) => room.enter(`talker${n}`));
    for (let second = 0; second < 50; second++) {
      for (const talker of talkers) for (let n = 0; n < 3; n++) talker.say("x".repeat(500));
      alive.socket.pinged = room.now;
      await room.pass(1000);
    }
    expect(silent.socket.closed).toBe(1013);
    expect(alive.socket.closed).toBeUndefined();
    expect(talkers.every(({ socket }) => socket.closed === undefined)).toBe(true);
  });
});
