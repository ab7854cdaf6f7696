import { describe, expect, it } from "vitest";
import { type Guest, VirtualRoom } from "./virtual-room.ts";

/** What a room asks of the runtime: counts, which are the same on every machine. */
function counted(room: VirtualRoom, guests: readonly Guest[]) {
  let statements = 0;
  const all = room.sql.all.bind(room.sql);
  room.sql.all = (query, ...bindings) => {
    statements++;
    return all(query, ...bindings);
  };
  const changes = () => Number(all<{ n: number }>("SELECT total_changes() AS n")[0]?.n);
  const now = () => ({
    statements,
    rows: changes(),
    commits: room.sql.commits,
    alarms: room.alarmsSet,
    calls: room.rpcs,
    directory: room.directory.length,
    points: room.points.length,
    frames: guests.reduce((sum, { socket }) => sum + socket.frames.length, 0),
  });
  return now;
}

const difference = <T extends Record<string, number>>(after: T, before: T) =>
  Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));

describe("1,000 messages of 100 people", () => {
  it("of which 500 come in one tick: a statement for many rows, one commit a tick", async () => {
    const room = new VirtualRoom();
    const guests = Array.from({ length: 100 }, (_, n) => room.enter(`user${n}`));
    await room.pass(30_000);
    const now = counted(room, guests);
    const before = now();
    for (let half = 0; half < 2; half++) {
      for (let n = 0; n < 500; n++) guests[n % 100]?.say("hello", room.clientId());
      await room.pass(100);
    }
    await room.pass(60);
    const used = difference(now(), before);
    // An entry each; each sender's times and the counters once a tick.
    expect(used.rows).toBeLessThanOrEqual(1000 + 4 * 100 + 8);
    // A row a statement would make 1,400.
    expect(used.statements).toBeLessThanOrEqual(330);
    expect(used.commits).toBeLessThanOrEqual(5);
    expect(used).toMatchObject({ calls: 0, directory: 0, points: 0 });
    // For everybody one with the first, which finds the room idle, and one with all that came meanwhile; the second
    // half finds it busy, and comes as one.
    expect(used.frames).toBe(3 * 100);
    expect(used.alarms).toBeLessThanOrEqual(1);
  });

  it("of which each comes alone: an entry, the sender's times and the counters, in one commit", async () => {
    const room = new VirtualRoom();
    const guests = Array.from({ length: 100 }, (_, n) => room.enter(`user${n}`));
    await room.pass(30_000);
    const now = counted(room, guests);
    const before = now();
    for (let n = 0; n < 1000; n++) {
      guests[n % 100]?.say("hello", room.clientId());
      await room.pass(20);
    }
    const used = difference(now(), before);
    expect(used.rows).toBeLessThanOrEqual(3 * 1000 + 10);
    expect(used.statements).toBeLessThanOrEqual(5 * 1000 + 150);
    expect(used.commits).toBeLessThanOrEqual(1000 + 2);
    expect(used).toMatchObject({ calls: 0, directory: 0, frames: 1000 * 100 });
    // 20 seconds: at most one data point, and one alarm set for it.
    expect(used.points).toBeLessThanOrEqual(1);
    expect(used.alarms).toBeLessThanOrEqual(2);
  });
});
