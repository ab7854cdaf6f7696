/** `GET /chat/:room/messages?before=&limit=`: older messages, a page at a time, newest last. */
import { json } from "./answer.ts";
import { requireReader } from "./gate.ts";
import { wholeNumber } from "./query-number.ts";
import { Refused } from "./refused.ts";
import { roomParameter } from "./room-parameter.ts";
import { callRoom, roomAddress } from "./room-stub.ts";
import type { Route } from "./route.ts";

const LIMIT = { name: "limit", min: 1, max: 100, fallback: 50 } as const;
/** Any `order` that we ever gave out fits; what is older or newer than all of them is still a place in the order. */
const ORDER = /^[A-Za-z0-9._:~-]{1,64}$/;

export const history: Route = async ({ request, env, parameters }) => {
  const room = roomParameter(parameters.room);
  const query = new URL(request.url).searchParams;
  const before = query.get("before");
  if (before !== null && !ORDER.test(before))
    throw new Refused("bad_request", "before must be the order of a message, as it stands in its frame.");
  const limit = wholeNumber(query, LIMIT);
  await requireReader(request, env, room);
  const address = roomAddress(env, room);
  const { messages, more } = await callRoom(env, address, (stub) =>
    stub.history({ ...address, limit, ...(before !== null && { before }) }),
  );
  return json({ messages, more });
};
