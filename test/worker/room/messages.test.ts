import { describe, expect, it } from "vitest";
import { VirtualRoom } from "./virtual-room.ts";

describe("a message", () => {
  it("is acknowledged to its sender and told to everybody, the clientId to the sender alone", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    const clientId = room.clientId();
    ann.say("hello", clientId);
    await room.pass(1000);
    const [ack] = ann.socket.of("ack");
    const [own] = ann.socket.of("chat_message");
    const [heard] = bob.socket.of("chat_message");
    expect(ack).toMatchObject({ clientId, id: own?.id, order: own?.order, timestamp: own?.timestamp });
    expect(own).toEqual({ ...heard, clientId });
    expect(heard).not.toHaveProperty("clientId");
    expect(bob.socket.of("ack")).toEqual([]);
  });

  it("goes out at once while the room is idle, and with what follows within 10 ms in one frame", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    await room.pass(1000);
    const before = bob.socket.frames.length;
    ann.say("1");
    expect(bob.socket.frames.length).toBe(before + 1);
    for (const text of ["2", "3", "4"]) ann.say(text);
    expect(bob.socket.frames.length).toBe(before + 1);
    await room.pass(10);
    expect(bob.socket.frames.length).toBe(before + 2);
    expect(bob.socket.of("chat_message").map(({ message }) => message)).toEqual(["1", "2", "3", "4"]);
    expect(room.timers).toBe(0);
  });

  it("is measured from its arrival to its tick: not at all while the room is idle, else up to a tick", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    await room.pass(1000);
    ann.say("1");
    await room.pass(5);
    for (const text of ["2", "3"]) ann.say(text);
    await room.pass(60_000);
    const [{ counts } = { counts: undefined }] = room.points;
    // One may come early, the third waits.
    expect(counts).toMatchObject({ accepted: 3, waited: 5 });
  });

  it("is one object a frame to a plain client, never an array, and needs no clientId", async () => {
    const room = new VirtualRoom();
    const plain = room.enter("plain", { plain: true });
    const ann = room.enter("ann");
    await room.pass(1000);
    for (const text of ["1", "2", "3"]) ann.say(text);
    plain.say("mine");
    await room.pass(1000);
    expect(plain.socket.frames.every((frame) => frame.startsWith("{"))).toBe(true);
    expect(plain.socket.of("chat_message").map(({ message }) => message)).toEqual(["1", "2", "3", "mine"]);
    expect(plain.socket.of("ack")).toEqual([]);
  });

  it("is one message however often it is sent, also in one tick and after a restart, and costs allowance once", async () => {
    const room = new VirtualRoom();
    let ann = room.enter("ann");
    const clientId = room.clientId();
    for (let copy = 0; copy < 3; copy++) ann.say(`copy ${copy}`, clientId);
    await room.pass(1000);
    room.restart("crash");
    ann = room.enter("ann");
    for (let copy = 0; copy < 20; copy++) ann.say("again", clientId);
    await room.pass(100);
    expect(room.room.info().messages).toBe(1);
    expect(room.room.history(undefined, 10).entries[0]?.message).toBe("copy 0");
    expect(ann.socket.of("ack").every(({ duplicate }) => duplicate === true)).toBe(true);
    for (let n = 0; n < 9; n++) ann.say(`${n}`);
    await room.pass(100);
    expect(ann.socket.of("error")).toEqual([]);
    expect(room.room.info().messages).toBe(10);
  });

  it("is of its user: the same clientId of another is another message", async () => {
    const room = new VirtualRoom();
    const clientId = room.clientId();
    room.enter("ann").say("a", clientId);
    room.enter("bob").say("b", clientId);
    await room.pass(100);
    expect(room.room.info().messages).toBe(2);
  });

  it("beyond ten in a minute is refused with the time to wait, over connections, sleep and crash", async () => {
    const room = new VirtualRoom();
    const first = room.enter("ann");
    const second = room.enter("ann");
    for (let n = 0; n < 5; n++) {
      first.say("x");
      second.say("y");
    }
    await room.pass(1000);
    room.restart("crash");
    const again = room.enter("ann");
    const clientId = room.clientId();
    again.say("one too many", clientId);
    await room.pass(10);
    const [error] = again.socket.of("error");
    expect(error).toMatchObject({ code: "rate_limited", message: "Rate limit exceeded", clientId });
    expect(error?.retryAfterMs).toBeGreaterThan(50_000);
    await room.pass(error?.retryAfterMs ?? 0);
    again.say("now", clientId);
    expect(again.socket.of("ack")).toMatchObject([{ clientId }]);
  });

  it("is refused with its clientId when too long or too old; a plain client's is cut at 500 code points", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const plain = room.enter("plain", { plain: true });
    const long = "👩".repeat(501);
    const clientId = room.clientId();
    ann.say(long, clientId);
    ann.say("old", room.clientId(3_600_000));
    plain.say(long);
    plain.say(long, clientId);
    await room.pass(100);
    expect(ann.socket.of("error").map(({ code }) => code)).toEqual(["too_long", "too_old"]);
    expect(ann.socket.of("error")[0]?.clientId).toBe(clientId);
    expect(plain.socket.of("error").map(({ code }) => code)).toEqual(["too_long"]);
    expect(plain.socket.of("chat_message")[0]?.message).toBe("👩".repeat(500));
  });

  it("names the message whose id comes from the future: its sender does not wait for ever", () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const clientId = room.clientId(-3_600_000);
    ann.say("from a clock that was wrong", clientId);
    expect(ann.socket.of("error")).toMatchObject([{ code: "invalid_format", clientId }]);
  });

  it("without text is refused under its clientId, so that its sender does not wait for an answer for ever", () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const clientId = room.clientId();
    for (const message of [undefined, null, 7, ["x"], { text: "x" }, true, ""])
      ann.send({ type: "chat_message", message, clientId });
    expect(ann.socket.of("error")).toEqual(
      Array.from({ length: 7 }, () => ({
        type: "error",
        code: "invalid_format",
        message: "Invalid message format",
        clientId,
      })),
    );
    expect(room.room.info().messages).toBe(0);
  });

  it("reads the same later as live, whatever its characters", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    for (const text of ["<script>alert(1)</script>", "\ud800 lone", "a\u0000b\u202e", "é\u0301"])
      ann.say(text);
    await room.pass(100);
    const later = room.enter("bob").socket.of("welcome")[0]?.recentMessages;
    expect(later).toEqual(ann.socket.of("chat_message"));
  });

  it("is not acknowledged when the write fails: its sender is closed with 1011 and exactly one copy results", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bob = room.enter("bob");
    await room.pass(1000);
    const clientId = room.clientId();
    room.sql.failOn = "INTO rates";
    ann.say("hello", clientId);
    expect(ann.socket.closed).toBe(1011);
    expect(ann.socket.of("ack")).toEqual([]);
    expect(bob.socket.of("chat_message")).toEqual([]);
    const again = room.enter("ann");
    again.say("hello", clientId);
    await room.pass(100);
    expect(again.socket.of("ack")).toHaveLength(1);
    expect(again.socket.of("ack")[0]).not.toHaveProperty("duplicate");
    expect(room.room.info().messages).toBe(1);
  });
});

describe("a frame", () => {
  it("that is no JSON object is answered by an error; the 21st in 10 s closes the connection", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const bad = ["{", "[]", "7", "null", '"x"', "x".repeat(9000), "é".repeat(4097), new ArrayBuffer(4)];
    for (const frame of bad) room.room.receive(ann.connection, frame);
    expect(ann.socket.of("error").map(({ message }) => message)).toEqual(
      bad.map(() => "Invalid message format"),
    );
    for (let n = bad.length; n < 20; n++) room.room.receive(ann.connection, "{");
    expect(ann.socket.closed).toBeUndefined();
    room.room.receive(ann.connection, "{");
    expect(ann.socket.closed).toBe(1008);
  });

  it("of an unknown or missing type, or a message that is no text, is answered by an error", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    for (const frame of [
      { type: "dance" },
      {},
      { type: 7 },
      { type: "chat_message" },
      { type: "chat_message", message: 7 },
      { type: "chat_message", message: "" },
      { type: "chat_message", message: "x", clientId: 7 },
      { type: "typing", isTyping: "yes" },
    ])
      ann.send(frame);
    await room.pass(100);
    expect(ann.socket.of("error").map(({ code }) => code)).toEqual([
      "unknown_type",
      ...Array.from({ length: 7 }, () => "invalid_format"),
    ]);
  });

  it("beyond 60 in 10 s closes the connection with 1008", async () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    for (let n = 0; n < 60; n++) ann.send({ type: "ping" });
    expect(ann.socket.of("pong")).toHaveLength(60);
    expect(ann.socket.closed).toBeUndefined();
    ann.send({ type: "ping" });
    expect(ann.socket.closed).toBe(1008);
  });

  it("of 8 KiB is read, one byte more is not", () => {
    const room = new VirtualRoom();
    const ann = room.enter("ann");
    const frame = (bytes: number) => JSON.stringify({ type: "ping", pad: "x".repeat(bytes - 24) });
    expect(frame(8192)).toHaveLength(8192);
    room.room.receive(ann.connection, frame(8192));
    room.room.receive(ann.connection, frame(8193));
    expect(ann.socket.objects.slice(1).map(({ type }) => type)).toEqual(["pong", "error"]);
  });
});

describe("cost", () => {
  it("of 1,000 messages in 100 ticks among 100: a frame a socket and one commit a tick, one alarm", async () => {
    const room = new VirtualRoom();
    const guests = Array.from({ length: 100 }, (_, n) => room.enter(`user${n}`));
    await room.pass(30_000);
    const frames = () => guests.reduce((sum, { socket }) => sum + socket.frames.length, 0);
    const before = {
      frames: frames(),
      commits: room.sql.commits,
      alarms: room.alarmsSet,
      points: room.points.length,
      kv: room.directory.length,
    };
    for (let tick = 0; tick < 100; tick++) {
      for (let n = 0; n < 10; n++) guests[(tick * 10 + n) % 100]?.say("hello", room.clientId());
      await room.pass(10);
    }
    await room.pass(50);
    expect(room.room.counters.save()).toContain('"accepted":1000');
    // One region: no hub, no replica to talk to.
    expect(room.rpcs).toBe(0);
    // The first messages of a busy spell go out alone, hence two more.
    expect(frames() - before.frames).toBeLessThanOrEqual(102 * 100);
    expect(room.sql.commits - before.commits).toBeLessThanOrEqual(102);
    expect(room.alarmsSet - before.alarms).toBeLessThanOrEqual(1);
    expect(room.points.length - before.points).toBe(0);
    expect(room.directory.length - before.kv).toBe(0);
  });
});
