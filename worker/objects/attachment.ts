/** What survives a sleep with each socket. Read tolerantly: a newer or older version may have written it. */
import { z } from "zod/mini";
import type { MemberState } from "../room/connection.ts";

const schema = z.object({
  id: z.string(),
  userId: z.string(),
  username: z.string(),
  plain: z.boolean(),
  seenAt: z.number(),
});

/** Undefined for a socket that is not a member's, such as one that was refused. */
export const memberStateOf = (socket: WebSocket): MemberState | undefined =>
  schema.safeParse(socket.deserializeAttachment()).data;
