import fc from "fast-check";
import { expect, it } from "vitest";
import { type Guest, VirtualRoom } from "./virtual-room.ts";

const USERS = ["ann", "bob"];
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("say" as const), user: fc.nat(1), id: fc.nat(30) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 30_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hibernate" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
);

it("acknowledged messages survive, one copy an id, ten a minute and user, whatever crashes, sleeps or fails in between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const room = new VirtualRoom();
      const acknowledged = new Map<string, string>();
      const accepted = new Map<string, number[]>();
      const guests = new Map<string, Guest>();
      const ids = new Map<number, string>();

      const read = (user: string, guest: Guest) => {
        for (const { clientId, id, timestamp, duplicate } of guest.socket.of("ack")) {
          expect(acknowledged.get(user + clientId) ?? id).toBe(id);
          acknowledged.set(user + clientId, id);
          if (duplicate === undefined) accepted.set(user, [...(accepted.get(user) ?? []), timestamp]);
        }
        guest.socket.frames.length = 0;
      };
      const readAll = () => {
        for (const [user, guest] of guests) read(user, guest);
      };
      const guestOf = (user: string): Guest => {
        const known = guests.get(user);
        if (known !== undefined && known.socket.closed === undefined) return known;
        const fresh = room.enter(user);
        guests.set(user, fresh);
        return fresh;
      };

      for (const one of steps) {
        if (one.do === "say") {
          const user = USERS[one.user] ?? "";
          const clientId = ids.get(one.id) ?? room.clientId();
          ids.set(one.id, clientId);
          guestOf(user).say(`${user} ${one.id}`, clientId);
        } else if (one.do === "pass") await room.pass(one.ms);
        else if (one.do === "fail") room.sql.failOn = "INSERT INTO entries";
        else {
          readAll();
          room.restart(one.do);
          if (one.do === "crash") guests.clear();
          else
            for (const [user, { socket }] of guests)
              if (socket.closed === undefined) guests.set(user, room.revive(socket));
        }
        readAll();
      }
      await room.pass(100);
      readAll();

      const held = room.sql.all<{ id: string; message: string }>("SELECT id, message FROM entries");
      for (const id of acknowledged.values()) expect(held.some((entry) => entry.id === id)).toBe(true);
      expect(new Set(held.map(({ message }) => message)).size).toBe(held.length);
      for (const times of accepted.values())
        for (const [index, time] of times.entries())
          expect(time - (times[index - 10] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(60_000);
    }),
    { numRuns: 150 },
  );
});
