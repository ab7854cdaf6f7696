import { CLOSE, type ErrorFrame, FINAL_CLOSE_CODES } from "../worker/room/protocol.ts";

/** Why a client stays offline: the refusal's own code where there was one. */
export type OfflineReason =
  | "closed"
  | "ended"
  | "policy"
  | "kicked"
  | "banned"
  | "bad_ticket"
  | "bad_room"
  | "bad_username"
  | "refused";

export type AfterClose =
  | { readonly final: true; readonly reason: OfflineReason; readonly message: string }
  /** `message`: the room's own words, when it refused. */
  | { readonly final: false; readonly retryAfterMs?: number; readonly message?: string };

const FINAL_MEANING: Readonly<Record<number, { reason: OfflineReason; message: string }>> = {
  [CLOSE.normal]: { reason: "ended", message: "The room ended the connection." },
  [CLOSE.policy]: { reason: "policy", message: "The connection sent more than the room allows." },
  [CLOSE.kicked]: { reason: "kicked", message: "A moderator removed you from the room." },
  [CLOSE.badRequest]: { reason: "refused", message: "The room did not accept the request." },
  [CLOSE.badTicket]: { reason: "bad_ticket", message: "The ticket is missing, expired or not valid here." },
  [CLOSE.banned]: { reason: "banned", message: "You are banned from this room." },
};

/** Wait after 4429 and 4503 when the refusal names none, ms. */
const DEFAULT_RETRY_AFTER_MS = 5_000;

const refusalReason = (code: string): OfflineReason | undefined =>
  code === "bad_room" || code === "bad_username" || code === "bad_ticket" || code === "banned"
    ? code
    : undefined;

/**
 * What a close means for the client. `refusal` is the last `error` frame of this connection, which says more than
 * the code does.
 */
export function afterClose(code: number, refusal?: ErrorFrame): AfterClose {
  if (FINAL_CLOSE_CODES.has(code)) {
    const meaning = FINAL_MEANING[code] ?? { reason: "refused", message: "The server ended the connection." };
    const reason = (refusal && refusalReason(refusal.code)) ?? meaning.reason;
    return { final: true, reason, message: refusal?.message ?? meaning.message };
  }
  const told = code === CLOSE.tooMany || code === CLOSE.unavailable ? DEFAULT_RETRY_AFTER_MS : undefined;
  const retryAfterMs = refusal?.retryAfterMs ?? told;
  return {
    final: false,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(refusal && { message: refusal.message }),
  };
}
