import fc from "fast-check";
import { expect, it } from "vitest";
import { type Guest, VirtualRoom } from "./virtual-room.ts";

const USERS = ["ann", "bob"];
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("say" as const),
      user: fc.nat(1),
      ids: fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 9_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hibernate" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
);

it("acknowledged messages survive, one copy an id, exactly ten a minute and user, whatever crashes, sleeps or fails in between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const room = new VirtualRoom();
      const acknowledged = new Map<string, string>();
      const accepted = new Map<string, number[]>();
      const guests = new Map<string, Guest>();
      const ids = new Map<number, string>();
      let readAt = room.now;
      let failures = 0;

      const read = (user: string, guest: Guest) => {
        for (const { clientId, id, timestamp, duplicate } of guest.socket.of("ack")) {
          expect(acknowledged.get(user + clientId) ?? id).toBe(id);
          acknowledged.set(user + clientId, id);
          if (duplicate === undefined) accepted.set(user, [...(accepted.get(user) ?? []), timestamp]);
        }
        for (const { code } of guest.socket.of("error")) {
          // Nobody is refused a message that the limit allows. It was refused within this step.
          const recent = (accepted.get(user) ?? []).filter((time) => time > readAt - 60_000);
          if (code === "rate_limited") expect(recent.length).toBeGreaterThanOrEqual(10);
        }
        guest.socket.frames.length = 0;
      };
      const readAll = () => {
        for (const [user, guest] of guests) read(user, guest);
        readAt = room.now;
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
          for (const number of one.ids) {
            const clientId = ids.get(number) ?? room.clientId();
            ids.set(number, clientId);
            guestOf(user).say(`${user} ${number}`, clientId);
          }
        } else if (one.do === "pass") await room.pass(one.ms);
        else if (one.do === "fail") {
          room.sql.failOn = "INSERT INTO entries";
          failures++;
        } else {
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

      expect(room.log.filter((event) => event === "tick_failed").length).toBeLessThanOrEqual(failures);
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
