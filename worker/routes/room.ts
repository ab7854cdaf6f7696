/** `GET /chat/:room`: an upgrade goes to the room; anything else is told about it. */
import type { Env } from "../env.ts";
import type { RoomInfo } from "../objects/contract.ts";
import { json } from "./answer.ts";
import { connect, isUpgrade } from "./connect.ts";
import { requireReader } from "./gate.ts";
import { roomParameter } from "./room-parameter.ts";
import { callHub, callRoom, firstThatKnows, hasHub, type RoomAddresses, roomAddresses } from "./room-stub.ts";
import type { Route } from "./route.ts";

const infoOf = (env: Env, addresses: RoomAddresses): Promise<RoomInfo> =>
  firstThatKnows(
    addresses,
    (address, deadlineMs) => callRoom(env, address, (stub) => stub.info(address), { deadlineMs }),
    ({ regions }) => regions.length > 0,
  );

/**
 * What replica and hub say together. The replica knows the messages, and everybody while it is awake; the hub knows of every
 * region, up to a minute late. Without the hub, the replica's word has to do.
 */
async function infoOfWorld(env: Env, addresses: RoomAddresses): Promise<RoomInfo> {
  const [{ room }] = addresses;
  const [own, hub] = await Promise.all([
    infoOf(env, addresses),
    callHub(env, room, (stub) => stub.info({ room })).catch(() => undefined),
  ]);
  return {
    ...own,
    users: Math.max(own.users, hub?.users ?? 0),
    regions: hub === undefined || hub.regions.length === 0 ? own.regions : hub.regions,
  };
}

export const room: Route = async ({ request, env, parameters }) => {
  if (isUpgrade(request)) return connect(request, env, parameters.room);
  const name = roomParameter(parameters.room);
  await requireReader(request, env, name);
  const addresses = roomAddresses(request, env, name);
  const { users, messages, regions, version } = await (hasHub(env) ? infoOfWorld : infoOf)(env, addresses);
  return json({ room: name, users, messages, regions, version });
};
