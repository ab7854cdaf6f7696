/** A full room in which nobody does anything, inside workerd: in memory it is not, and it comes back as it was. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TEST_CHAT } from "../runtime.ts";
import { clientIdAt, freshRoom, RoomClient, stubOf } from "./room-client.ts";

const MINUTE = 60_000;
const SOCKETS = TEST_CHAT.limits.connectionsPerRoom;
const BOUND = { timeout: 30_000, interval: 20 };

/** Objects that were made: each makes one pair in its constructor. */
let made = 0;
/** Timers that have neither run nor been cleared. */
const timers = new Set<unknown>();
let set = 0;
const real = { WebSocketRequestResponsePair, setTimeout, clearTimeout };

// The objects run in the isolate of the test, and see the same globals. The test's own waiting holds the real ones.
beforeAll(() => {
  Object.assign(globalThis, {
    WebSocketRequestResponsePair: class extends real.WebSocketRequestResponsePair {
      constructor(request: string, response: string) {
        super(request, response);
        made++;
      }
    },
    setTimeout: (run: () => void, ms: number) => {
      const timer = real.setTimeout(() => {
        timers.delete(timer);
        run();
      }, ms);
      timers.add(timer);
      set++;
      return timer;
    },
    clearTimeout: (timer: number) => {
      timers.delete(timer);
      real.clearTimeout(timer);
    },
  });
});
afterAll(() => {
  Object.assign(globalThis, real);
});

it(`a room with ${SOCKETS} idle sockets leaves memory with no timer and no alarm before the hour, and wakes right`, async () => {
  const room = freshRoom();
  const clients: RoomClient[] = [];
  while (clients.length < SOCKETS)
    clients.push(
      ...(await Promise.all(
        Array.from({ length: 100 }, (_, n) => RoomClient.open(room, { userId: `u${clients.length + n}` })),
      )),
    );
  const [ann, bob] = clients;
  if (ann === undefined || bob === undefined) throw new Error("nobody is here");
  expect(made).toBe(1);
  // Timers are counted: arrivals are told in bursts.
  expect(set).toBeGreaterThan(0);
  ann.say("before", clientIdAt(Date.now()));
  await Promise.all(clients.map((client) => client.until("chat_message")));
  await expect.poll(() => timers.size, BOUND).toBe(0);

  // The minute's work, in an object that the alarm wakes.
  await runInDurableObject(stubOf(room), async (_room, { storage }) => {
    storage.sql.exec("UPDATE jobs SET due = 1 WHERE due < ?", Date.now() + 20 * MINUTE);
    storage.sql.exec("DELETE FROM facts WHERE key IN ('directoryAt', 'alarm')");
    await storage.setAlarm(Date.now() + 60 * MINUTE);
  });
  await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
  await runDurableObjectAlarm(stubOf(room));
  const due = () =>
    runInDurableObject(stubOf(room), async (_room, { storage }) => ({
      alarm: (await storage.getAlarm()) ?? 0,
      jobs: storage.sql.exec<{ job: string }>("SELECT job FROM jobs").toArray(),
    }));
  await expect.poll(due, BOUND).toMatchObject({ jobs: [{ job: "directory" }] });
  expect((await due()).alarm).toBeGreaterThan(Date.now() + 55 * MINUTE);
  expect(made).toBe(2);
  await expect.poll(() => timers.size, BOUND).toBe(0);

  await evictDurableObject(stubOf(room), { webSockets: "hibernate" });
  for (const client of clients) client.sendRaw("ping");
  await expect.poll(() => clients.every(({ frames }) => frames.at(-1) === "pong"), BOUND).toBe(true);
  // A thousand signs of life, and it sleeps on.
  expect(made).toBe(2);
  expect(timers.size).toBe(0);

  bob.say("after", clientIdAt(Date.now()));
  await Promise.all(clients.map((client) => client.until("chat_message", 2)));
  expect(made).toBe(3);
  for (const client of clients)
    expect(client.of("chat_message").map(({ message }) => message)).toEqual(["before", "after"]);
  expect(clients.map(({ closed }) => closed).filter((closed) => closed !== undefined)).toEqual([]);
  expect((await stubOf(room).info({ room, region: "weur" })).users).toBe(SOCKETS);
});
