import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySql } from "./memory-sql.ts";
import { Reader } from "./reader.ts";
import { type Guest, VirtualRoom } from "./virtual-room.ts";

const NO_LIMIT = { messagesPerMinute: 1_000_000 };
const back = (room: VirtualRoom, reader: Reader): Guest =>
  room.enter("reader", { resuming: true, since: reader.cursor });

async function speak(room: VirtualRoom, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 50) {
    const speaker = room.enter(`speaker${left}`);
    for (let n = 0; n < Math.min(50, left); n++) speaker.say(`message ${left}-${n}`);
    await room.pass(100);
    room.room.left(speaker.connection);
  }
}

const held = (room: VirtualRoom): string[] =>
  room.sql.all<{ id: string }>("SELECT id FROM entries WHERE state = 0 ORDER BY place").map(({ id }) => id);

describe("resume", () => {
  it("gives a new user the last ten, one who was away everything since, of which 500 in the welcome", async () => {
    const room = new VirtualRoom(NO_LIMIT);
    const reader = new Reader();
    await speak(room, 30);
    const guest = room.enter("reader");
    expect(guest.socket.of("welcome")[0]?.recentMessages).toHaveLength(10);
    reader.read(guest);
    room.room.left(guest.connection);
    await speak(room, 1300);
    const again = back(room, reader);
    const [welcome] = again.socket.of("welcome");
    expect(welcome?.recovered).toBe(true);
    expect(welcome?.recentMessages).toHaveLength(500);
    expect(again.socket.of("chat_message")).toHaveLength(800);
    again.connection.socket.close(1000, "");
    reader.read(again);
    expect(reader.ids).toEqual(held(room).slice(-1310));
    expect(reader.doubled).toBe(0);
  });

  it("tells what was deleted meanwhile, and never its text", async () => {
    const room = new VirtualRoom(NO_LIMIT);
    const reader = new Reader();
    await speak(room, 3);
    const guest = room.enter("reader");
    reader.read(guest);
    room.room.left(guest.connection);
    await speak(room, 2);
    const [seen, missed] = [reader.ids[0] ?? "", held(room).at(-1) ?? ""];
    expect(room.room.remove(seen)).toBe(true);
    expect(room.room.remove(missed)).toBe(true);
    expect(room.room.remove(missed)).toBe(true);
    expect(room.room.remove("nothing")).toBe(false);
    const again = back(room, reader);
    expect(again.socket.of("welcome")[0]?.deleted.map(({ id }) => id)).toEqual([seen, missed]);
    expect(again.socket.frames.join()).not.toContain("message 2-1");
    reader.read(again);
    expect(reader.ids).toEqual(held(room));
    expect(room.room.history(undefined, 100).entries.map(({ id }) => id)).toEqual(held(room));
  });

  it("starts afresh after garbage, a cursor of 10 KB, another life's, or one that is too old; without a session too", async () => {
    const room = new VirtualRoom(NO_LIMIT);
    const reader = new Reader();
    const guest = room.enter("reader");
    reader.read(guest);
    room.room.left(guest.connection);
    await speak(room, 20);
    const recovered = (since: string, resuming = true) =>
      room.enter(`other${room.now++}`, { resuming, since }).socket.of("welcome")[0];
    for (const since of [
      "",
      "garbage",
      "x".repeat(10_240),
      "weur.other:3@000",
      reader.cursor.replace(":0", ":99"),
    ])
      expect(recovered(since)).toMatchObject({ recovered: false, deleted: [] });
    expect(recovered(reader.cursor, false)?.recovered).toBe(false);
    expect(recovered(reader.cursor)?.recovered).toBe(true);
    await speak(room, 120);
    await room.pass(12 * 60_000);
    expect(held(room)).toHaveLength(100);
    expect(recovered(reader.cursor)).toMatchObject({ recovered: false });
  });

  it("notices a storage that went back in time: its places were taken by other messages", async () => {
    const room = new VirtualRoom(NO_LIMIT);
    const reader = new Reader();
    await speak(room, 5);
    reader.read(room.enter("reader"));
    // As a point-in-time restore would.
    room.sql.all("DELETE FROM entries WHERE seq > 2");
    await room.pass(5000);
    room.restart("crash");
    await speak(room, 10);
    expect(back(room, reader).socket.of("welcome")[0]?.recovered).toBe(false);
  });

  it("after the storage was lost names a new origin, and orders what follows above what clients saw", async () => {
    const room = new VirtualRoom(NO_LIMIT);
    const reader = new Reader();
    await speak(room, 5);
    reader.read(room.enter("reader"));
    const lost = new VirtualRoom(NO_LIMIT, memorySql(), room.now - 20_000);
    const guest = back(lost, reader);
    guest.say("anew");
    await lost.pass(100);
    const [message] = guest.socket.of("chat_message");
    expect(guest.socket.of("welcome")[0]?.recovered).toBe(false);
    expect(message?.origin).not.toBe([...reader.seen][0]?.[0]);
    expect((message?.order ?? "") > reader.order).toBe(true);
  });

  it("loses and doubles nothing, whatever happens in between", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("say" as const), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 900_000 }) }),
      fc.record({ do: fc.constant("leave" as const) }),
      fc.record({ do: fc.constant("resume" as const) }),
      fc.record({ do: fc.constant("delete" as const), which: fc.nat(40) }),
      fc.record({ do: fc.constant("crash" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const room = new VirtualRoom({ ...NO_LIMIT, visibleMessages: 20 });
        const reader = new Reader();
        const written: string[] = [];
        const deleted = new Set<string>();
        let guest: Guest | undefined = room.enter("reader");
        for (const one of steps) {
          if (one.do === "say") {
            await speak(room, one.count);
            written.push(...held(room).slice(-one.count));
          } else if (one.do === "pass") await room.pass(one.ms);
          else if (one.do === "delete") {
            const id = held(room).at(-1 - one.which) ?? "none";
            if (room.room.remove(id)) deleted.add(id);
          } else if (one.do === "resume") guest ??= back(room, reader);
          else {
            if (guest !== undefined) reader.read(guest);
            if (guest !== undefined && one.do === "leave") room.room.left(guest.connection);
            if (one.do === "crash") room.restart("crash");
            guest = undefined;
          }
          if (guest !== undefined) reader.read(guest);
        }
        guest ??= back(room, reader);
        await room.pass(100);
        reader.read(guest);
        expect(reader.doubled).toBe(0);
        // From the first message that it shows on: all that were ever written, in order, but for those deleted.
        const first = reader.ids[0];
        const due = (first === undefined ? [] : written.slice(written.indexOf(first))).filter(
          (id) => !deleted.has(id),
        );
        expect(reader.ids).toEqual(due);
        // Of the last 10 that a new start shows, some may have been deleted since.
        expect(reader.ids.length + deleted.size).toBeGreaterThanOrEqual(Math.min(10, held(room).length));
      }),
      { numRuns: 100 },
    );
  });
});
