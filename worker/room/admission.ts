/** Who may come in. Capacity is strict; slots held by connections that nobody hears of any more are freed for it. */
import type { Connection } from "./connection.ts";
import { REFUSED_RETRY_MS } from "./limits.ts";
import type { Members } from "./members.ts";
import type { ErrorFrame } from "./protocol.ts";

export interface Slots {
  readonly connectionsPerRoom: number;
  readonly connectionsPerUser: number;
  /** Connections of this user in other regions, as far as known here. */
  readonly elsewhere: number;
}

export type Admission =
  | { readonly kind: "refused"; readonly error: ErrorFrame & { readonly code: RoomRefusal } }
  /** `ghosts` are to be closed first. */
  | { readonly kind: "welcome"; readonly ghosts: readonly Connection[] };

export type RoomRefusal = "banned" | "room_full" | "too_many_connections" | "unavailable";

export const refusal = (code: RoomRefusal, message: string, retryAfterMs?: number): Admission => ({
  kind: "refused",
  error: { type: "error", code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

/** @param bannedUntil Unix ms, undefined for none */
export function admit(
  members: Members,
  userId: string,
  slots: Slots,
  bannedUntil: number | undefined,
  now: number,
): Admission {
  if (bannedUntil !== undefined && bannedUntil > now)
    return refusal("banned", "You are banned from this room", bannedUntil - now);
  const ghosts = new Set<Connection>();
  const own = members.of(userId);
  if (own.size + slots.elsewhere >= slots.connectionsPerUser) {
    for (const connection of own) if (connection.isGhost(now)) ghosts.add(connection);
    if (own.size - ghosts.size + slots.elsewhere >= slots.connectionsPerUser)
      return refusal(
        "too_many_connections",
        `At most ${slots.connectionsPerUser} connections a user`,
        REFUSED_RETRY_MS,
      );
  }
  if (members.connections.size - ghosts.size >= slots.connectionsPerRoom) {
    for (const connection of members.connections) if (connection.isGhost(now)) ghosts.add(connection);
    if (members.connections.size - ghosts.size >= slots.connectionsPerRoom)
      return refusal("room_full", "Room full", REFUSED_RETRY_MS);
  }
  return { kind: "welcome", ghosts: [...ghosts] };
}
