/** Objects that the runtime ends at each step of a message's way, with peer and hub, inside workerd. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ChatRoom } from "../../../worker/objects/chat-room.ts";
import { hubName } from "../../../worker/objects/contract.ts";
import type { RoomHub } from "../../../worker/objects/room-hub.ts";
import { clientIdAt, freshRoom, RoomClient, stubOf } from "./room-client.ts";

const BOUND = { timeout: 25_000, interval: 20 };
const REGIONS = ["weur", "apac"] as const;
/** So few that the hub is asked for more again and again. */
const CONNECTIONS = 8;

const before = { ...env.CHAT };
const { send } = WebSocket.prototype;
const undo: (() => void)[] = [];

/** The runtime finds a verb in the object's class alone: there it is another for this one object. */
function replaceVerb<T extends object>(
  object: T,
  verb: keyof T & string,
  instead: (original: (request: unknown) => Promise<unknown>, request: unknown) => Promise<unknown>,
): void {
  const prototype: object = Object.getPrototypeOf(object);
  const original: (request: unknown) => Promise<unknown> = Reflect.get(prototype, verb);
  Reflect.set(prototype, verb, function (this: T, request: unknown) {
    const perform = (asked: unknown): Promise<unknown> => Reflect.apply(original, this, [asked]);
    return this === object ? instead(perform, request) : perform(request);
  });
  undo.push(() => Reflect.set(prototype, verb, original));
}
beforeAll(() => {
  // The objects of this file read the same value.
  Object.assign(env.CHAT, {
    regions: REGIONS,
    limits: { ...before.limits, connectionsPerRoom: CONNECTIONS },
  });
});
afterEach(() => {
  WebSocket.prototype.send = send;
  for (const one of undo.splice(0)) one();
});
afterAll(() => {
  Object.assign(env.CHAT, before);
});

/** Makes the object end once, at its step: the next life has nothing of it. `end` does not return. */
type Arm = (object: ChatRoom, state: DurableObjectState, end: () => never) => void;

const STEPS: readonly (readonly [step: string, region: string, arm: Arm])[] = [
  [
    "when a message has come",
    "weur",
    (object, _state, end) => {
      object.webSocketMessage = end;
    },
  ],
  [
    "when it is written, before the commit",
    "weur",
    (_object, { storage }, end) => {
      const commit = storage.transactionSync.bind(storage);
      storage.transactionSync = (work) =>
        commit(() => {
          work();
          return end();
        });
    },
  ],
  [
    "after the commit, before anything leaves",
    "weur",
    (_object, { storage }, end) => {
      const commit = storage.transactionSync.bind(storage);
      storage.transactionSync = (work) => {
        commit(work);
        return end();
      };
    },
  ],
  [
    "amid the sends",
    "weur",
    (_object, _state, end) => {
      WebSocket.prototype.send = function (this: WebSocket, data) {
        send.call(this, data);
        if (!String(data).includes('"ack"')) return;
        WebSocket.prototype.send = send;
        end();
      };
    },
  ],
  [
    "when the peer is told, before it takes it",
    "apac",
    (object, _state, end) => {
      replaceVerb(object, "sync", async () => end());
    },
  ],
  [
    "when the peer has taken it, before it says so",
    "apac",
    (object, _state, end) => {
      replaceVerb(object, "sync", async (sync, bundle) => {
        await sync(bundle);
        return end();
      });
    },
  ],
  [
    "while it takes what the peer answers",
    "weur",
    (_object, { storage }, end) => {
      const commit = storage.transactionSync.bind(storage);
      let commits = 0;
      storage.transactionSync = (work) => (++commits === 2 ? end() : commit(work));
    },
  ],
  [
    "in its alarm, when the work is done",
    "weur",
    (object, _state, end) => {
      const alarm = object.alarm.bind(object);
      object.alarm = async () => {
        await alarm();
        end();
      };
    },
  ],
];

/** As a client would: who is told to come later does. */
async function enter(room: string, region: string, userId: string): Promise<RoomClient> {
  let client: RoomClient | undefined;
  await expect
    .poll(async () => {
      client = await RoomClient.open(room, { region, userId, username: userId }).catch(() => undefined);
      return client?.until("welcome").catch(() => undefined);
    }, BOUND)
    .toBeDefined();
  if (client === undefined) throw new Error("not reached");
  return client;
}

/** What is due some seconds later, in an object that wakes for it. */
async function later(room: string, region: string): Promise<void> {
  const stub = stubOf(room, region);
  await runInDurableObject(stub, (_room, { storage }) => {
    storage.sql.exec("UPDATE jobs SET due = 1 WHERE job IN ('sync', 'hub')");
  });
  await evictDurableObject(stub, { webSockets: "hibernate" });
  await runDurableObjectAlarm(stub);
}

const heldBy = (room: string, region: string): Promise<string> =>
  runInDurableObject(stubOf(room, region), (_room, { storage }) =>
    JSON.stringify(
      storage.sql
        .exec<{ id: string }>("SELECT place || ' ' || id || ' ' || state AS id FROM entries ORDER BY place")
        .toArray(),
    ),
  );

const textsIn = async (room: string, region: string): Promise<string[]> =>
  (await stubOf(room, region).history({ room, region, limit: 100 })).messages.map(({ message }) => message);

describe("a replica that ends", () => {
  for (const [step, region, arm] of STEPS)
    it(`${step}: nothing acknowledged is lost, nothing is doubled, and both regions agree`, async () => {
      const room = freshRoom();
      const ann = await enter(room, "weur", "ann");
      const bob = await enter(room, "apac", "bob");
      bob.say("hello", clientIdAt(Date.now()));
      await ann.until("chat_message");
      let ended = false;
      await runInDurableObject(stubOf(room, region), (object: ChatRoom, state) => {
        arm(object, state, () => {
          ended = true;
          state.abort(step);
          throw new Error(step);
        });
      });
      const ids = Array.from({ length: 4 }, () => clientIdAt(Date.now()));
      for (const id of ids) ann.say(id, id);
      await expect
        .poll(async () => {
          // Its jobs are due by now, for those that end there.
          if (step.includes("alarm")) await runDurableObjectAlarm(stubOf(room, region)).catch(() => false);
          return ended;
        }, BOUND)
        .toBe(true);
      if (region === "weur") await ann.untilClosed();
      const acknowledged = ann.of("ack").map(({ clientId }) => clientId);

      const again = await enter(room, "apac", "ann");
      for (const id of ids) again.say(id, id);
      await again.until("ack", ids.length);
      for (const each of [...REGIONS, ...REGIONS]) await later(room, each);
      await expect
        .poll(async () => (await heldBy(room, "weur")) === (await heldBy(room, "apac")), BOUND)
        .toBe(true);
      for (const each of REGIONS)
        expect((await textsIn(room, each)).toSorted()).toEqual(["hello", ...ids].toSorted());
      expect(ids).toEqual(expect.arrayContaining(acknowledged));
    });
});

describe("a hub that ends", () => {
  const VERBS = ["register", "acquire", "attend"] as const;
  for (const verb of VERBS)
    it(`when it has done "${verb}", before it says so: people come in, and it never gives more than the room has`, async () => {
      const room = freshRoom();
      // A stub does not outlive its object.
      const hub = () => env.ROOM_HUB.getByName(hubName(room));
      await enter(room, "weur", "ann");
      let ended = false;
      await runInDurableObject(hub(), (object: RoomHub, state) => {
        replaceVerb(object, verb, async (perform, request) => {
          await perform(request);
          ended = true;
          state.abort(verb);
          throw new Error(verb);
        });
      });
      for (let n = 2; n < CONNECTIONS; n++) await enter(room, REGIONS[n % 2] ?? "weur", `user${n}`);
      await expect.poll(() => ended, BOUND).toBe(true);
      await enter(room, "apac", "late");
      const bounds = await runInDurableObject(hub(), (_hub: RoomHub, { storage }) =>
        storage.sql.exec<{ region: string; bound: number }>("SELECT region, bound FROM replicas").toArray(),
      );
      for (const { region, bound } of bounds) {
        const { founded, ...report } = await stubOf(room, region).report({ room, region, regions: 2 });
        expect(founded && "holds" in report ? report.holds : 0).toBeLessThanOrEqual(bound);
      }
      const sum = bounds.reduce((all, { bound }) => all + bound, 0);
      expect(sum).toBeLessThanOrEqual(CONNECTIONS);
      const { users } = await stubOf(room, "apac").info({ room, region: "apac" });
      expect(users).toBe(CONNECTIONS);
    });
});
