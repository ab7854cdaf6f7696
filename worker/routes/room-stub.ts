/** From the Worker to a room: its replicas, nearest first, and its hub. */
import type { Region } from "../bindings.ts";
import type { Env } from "../env.ts";
import type { ChatRoom } from "../objects/chat-room.ts";
import type { HubRpc } from "../objects/contract.ts";
import { hubStub, roomStub } from "../objects/object-stubs.ts";
import { byNearness } from "../placement/by-nearness.ts";
import { callObject, OBJECT_DEADLINE_MS, type Patience } from "./call-object.ts";
import { Refused } from "./refused.ts";

export interface RoomAddress {
  readonly region: Region;
  readonly room: string;
}

/** A room's replicas, nearest to the visitor first. */
export type RoomAddresses = readonly [RoomAddress, ...RoomAddress[]];

/** With one region there is no hub and no other replica. */
export const hasHub = (env: Env): boolean => env.CHAT.regions.length > 1;

/** Every replica that the room may have, those that take visitors first. */
export function roomAddresses({ cf }: Request, env: Env, room: string): RoomAddresses {
  const { regions, closedRegions = [] } = env.CHAT;
  // The type is of any request; the runtime says of an incoming one where it comes from, and a test says nothing.
  const visitor = (cf ?? {}) as IncomingRequestCfProperties;
  const near = byNearness(visitor, regions);
  const closed = (region: Region): boolean => closedRegions.includes(region);
  const [first = regions[0], ...others] = [
    ...near.filter((region) => !closed(region)),
    ...near.filter((region) => closed(region)),
  ];
  return [{ region: first, room }, ...others.map((region) => ({ region, room }))];
}

/** Those of them that take visitors. */
export function openAddresses(addresses: RoomAddresses, env: Env): RoomAddresses {
  const [first, ...others] = addresses;
  return [first, ...others.filter(({ region }) => !env.CHAT.closedRegions?.includes(region))];
}

/** @throws {Refused} `unavailable` */
export const callRoom = <Result>(
  env: Env,
  address: RoomAddress,
  call: (stub: DurableObjectStub<ChatRoom>) => Promise<Result>,
  patience?: Patience<Result>,
): Promise<Result> =>
  callObject({ ...address }, () => call(roomStub(env, address.region, address.room)), patience);

/** @throws {Refused} `unavailable` */
export const callHub = <Result>(
  env: Env,
  room: string,
  call: (hub: HubRpc) => Promise<Result>,
  patience?: Patience<Result>,
): Promise<Result> => callObject({ hub: room }, async () => call(hubStub(env, room)), patience);

/**
 * Asks the nearest replica and, once, the next nearest where that one is unavailable: together they take no longer than one
 * alone may.
 */
export async function nearest<Result>(
  [first, second]: RoomAddresses,
  ask: (address: RoomAddress, deadlineMs: number) => Promise<Result>,
): Promise<Result> {
  if (second === undefined) return ask(first, OBJECT_DEADLINE_MS);
  try {
    return await ask(first, OBJECT_DEADLINE_MS / 2);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "unavailable") throw error;
    return ask(second, OBJECT_DEADLINE_MS / 2);
  }
}

/**
 * The first answer that says something, by nearness: a region where nobody ever came has no replica, and knows nothing of
 * the room. The nearest is asked alone, which is nearly always enough; then all others at once.
 * @returns the nearest one's answer when none says anything
 * @throws {Refused} `unavailable` when no region answers, or one does not that might have known
 */
export async function firstThatKnows<Result>(
  [first, ...others]: RoomAddresses,
  ask: (address: RoomAddress, deadlineMs: number) => Promise<Result>,
  knows: (answer: Result) => boolean,
): Promise<Result> {
  if (others.length === 0) return ask(first, OBJECT_DEADLINE_MS);
  const [near] = await Promise.allSettled([ask(first, OBJECT_DEADLINE_MS / 2)]);
  if (near.status === "fulfilled" && knows(near.value)) return near.value;
  const far = await Promise.allSettled(others.map((address) => ask(address, OBJECT_DEADLINE_MS / 2)));
  const all = [near, ...far];
  const known = all.find((one) => one.status === "fulfilled" && knows(one.value));
  const failed = all.find((one) => one.status === "rejected");
  const answer = known ?? failed ?? near;
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}
