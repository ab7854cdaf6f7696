/** What survives a sleep with each socket. Read tolerantly: a newer or older version may have written it. */
import * as v from "valibot";
import type { MemberState } from "../room/connection.ts";

const schema = v.object({
  id: v.string(),
  userId: v.string(),
  username: v.string(),
  plain: v.boolean(),
  seenAt: v.number(),
});

/** Undefined for a socket that is not a member's, such as one that was refused. */
export function memberStateOf(socket: WebSocket): MemberState | undefined {
  const state: unknown = socket.deserializeAttachment();
  return v.is(schema, state) ? state : undefined;
}
