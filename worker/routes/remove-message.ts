/** `DELETE /chat/:room/messages/:id`: takes a message out of the room, for everyone and for good. */
import { json } from "./answer.ts";
import { log } from "./log.ts";
import { requireModerator } from "./moderator.ts";
import { Refused } from "./refused.ts";
import { roomParameter } from "./room-parameter.ts";
import { callRoom, firstThatKnows, roomAddresses } from "./room-stub.ts";
import type { Route } from "./route.ts";

/** Longest message id looked for, characters. */
const ID_MAX = 128;

export const removeMessage: Route = async ({ request, env, parameters }) => {
  await requireModerator(request, env);
  const room = roomParameter(parameters.room);
  const { id = "" } = parameters;
  const { found } =
    id.length > ID_MAX
      ? { found: false }
      : await firstThatKnows(
          roomAddresses(request, env, room),
          (address, deadlineMs) =>
            callRoom(env, address, (stub) => stub.remove({ ...address, id }), { deadlineMs }),
          (answer) => answer.found,
        );
  if (!found) throw new Refused("not_found", "The room holds no message with this id.");
  log("info", "message_removed", { room, id });
  return json({ id, deleted: true });
};
