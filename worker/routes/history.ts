/** `GET /chat/:room/messages?before=&limit=`: older messages, a page at a time, newest last. */
import { isOrder } from "../room/order.ts";
import { json } from "./answer.ts";
import { requireReader } from "./gate.ts";
import { wholeNumber } from "./query-number.ts";
import { Refused } from "./refused.ts";
import { roomParameter } from "./room-parameter.ts";
import { callRoom, firstThatKnows, roomAddresses } from "./room-stub.ts";
import type { Route } from "./route.ts";

const LIMIT = { name: "limit", min: 1, max: 100, fallback: 50 } as const;

export const history: Route = async ({ request, env, parameters }) => {
  const room = roomParameter(parameters.room);
  const query = new URL(request.url).searchParams;
  const before = query.get("before");
  if (before !== null && !isOrder(before))
    throw new Refused("bad_request", "before must be the order of a message, as it stands in its frame.");
  const limit = wholeNumber(query, LIMIT);
  await requireReader(request, env, room);
  const { messages, more } = await firstThatKnows(
    roomAddresses(request, env, room),
    (address, deadlineMs) =>
      callRoom(
        env,
        address,
        (stub) => stub.history({ ...address, limit, ...(before !== null && { before }) }),
        {
          deadlineMs,
        },
      ),
    (page) => page.messages.length > 0,
  );
  return json({ messages, more });
};
