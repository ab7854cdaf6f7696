/** The first frames of a connection. */
import type { Connection } from "./connection.ts";
import { framed } from "./deliver.ts";
import type { RoomSettings } from "./host.ts";
import { FRAME_BYTES, RESEND_WINDOW_MS, RESUME_GRACE_MS, WELCOME_ENTRIES } from "./limits.ts";
import type { ChatMessage, Welcome } from "./protocol.ts";
import { replayFrom, startAfresh } from "./replay.ts";
import type { Entry, EntryLog } from "./store.ts";

/** Who comes in, as the Worker vouches for it. */
export interface Newcomer {
  readonly userId: string;
  readonly username: string;
  readonly plain: boolean;
  /** A valid session names this user: only then does `since` count. */
  readonly resuming: boolean;
  readonly since?: string | undefined;
  /** The renewed token. */
  readonly session: string;
}

interface Surroundings {
  readonly room: string;
  readonly region: string;
  readonly settings: RoomSettings;
  readonly log: EntryLog;
  readonly now: number;
  readonly userCount: number;
  /** Whether what we lack of an origin may still come from another replica. */
  readonly mayCome: (origin: string) => boolean;
}

export const asMessage = (entry: Entry): ChatMessage => ({ type: "chat_message", ...entry });

export function greet(
  { room, region, settings, log, now, userCount, mayCome }: Surroundings,
  connection: Connection,
  { userId, username, plain, resuming, since, session }: Newcomer,
): { recovered: boolean } {
  const { limits, version } = settings;
  const replay =
    (resuming && since !== undefined ? replayFrom(log, since, mayCome) : undefined) ??
    startAfresh(log, limits.recentMessages);
  const welcome: Welcome = {
    type: "welcome",
    userId,
    username,
    userCount,
    recentMessages: replay.entries.map(asMessage),
    room,
    region,
    session,
    cursor: replay.cursor,
    recovered: replay.recovered,
    deleted: replay.deleted,
    timestamp: now,
    version,
    limits: {
      messageLength: limits.messageLength,
      messagesPerMinute: limits.messagesPerMinute,
      connectionsPerRoom: limits.connectionsPerRoom,
      connectionsPerUser: limits.connectionsPerUser,
      recentMessages: limits.recentMessages,
      visibleMessages: limits.visibleMessages,
      resendWindowMs: RESEND_WINDOW_MS,
      frameBytes: FRAME_BYTES,
    },
  };
  connection.send(JSON.stringify(welcome));
  if (replay.rest.length > 0) connection.graceUntil = now + RESUME_GRACE_MS;
  for (let at = 0; at < replay.rest.length; at += WELCOME_ENTRIES) {
    const objects = replay.rest
      .slice(at, at + WELCOME_ENTRIES)
      .map((entry) => JSON.stringify(asMessage(entry)));
    if (plain) for (const object of objects) connection.send(object);
    else connection.send(framed(objects));
  }
  return { recovered: replay.recovered };
}
