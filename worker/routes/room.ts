/** `GET /chat/:room`: an upgrade goes to the room; anything else is told about it. */

import { json } from "./answer.ts";
import { connect, isUpgrade } from "./connect.ts";
import { requireReader } from "./gate.ts";
import { roomParameter } from "./room-parameter.ts";
import { callRoom, roomAddress } from "./room-stub.ts";
import type { Route } from "./route.ts";

export const room: Route = async ({ request, env, parameters }) => {
  if (isUpgrade(request)) return connect(request, env, parameters.room);
  const name = roomParameter(parameters.room);
  await requireReader(request, env, name);
  const address = roomAddress(env, name);
  const { users, messages, regions, version } = await callRoom(env, address, (stub) => stub.info(address));
  return json({ room: name, users, messages, regions, version });
};
