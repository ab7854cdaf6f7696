/**
 * What a client brought along: the subprotocol, and tokens in their three places. Offered subprotocols come first,
 * since they stay out of request logs; `Authorization` is for reads over HTTP, where a page cannot offer any.
 */
import { SESSION_PREFIX, SUBPROTOCOL, TICKET_PREFIX } from "../room/protocol.ts";

/** Longest token looked at, characters: far above any of ours, and no work is spent on more. */
export const TOKEN_MAX = 4096;

export interface Offered {
  /** Offered `edge-chat.v1`. */
  readonly v1: boolean;
  readonly session: string | undefined;
  readonly ticket: string | undefined;
  /** `Authorization: Bearer …`: a ticket or a session. */
  readonly bearer: string | undefined;
}

/** The token of an `Authorization: Bearer …` header. */
export const bearerToken = (headers: Headers): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(headers.get("Authorization") ?? "")?.[1];

const sized = (token: string | null | undefined): string | undefined =>
  token && token.length <= TOKEN_MAX ? token : undefined;

export function readOffered(headers: Headers, query: URLSearchParams): Offered {
  const protocols = (headers.get("Sec-WebSocket-Protocol") ?? "").split(",").map((value) => value.trim());
  const carried = (prefix: string) =>
    protocols.find((value) => value.startsWith(prefix))?.slice(prefix.length);
  return {
    v1: protocols.includes(SUBPROTOCOL),
    session: sized(carried(SESSION_PREFIX) ?? query.get("session")),
    ticket: sized(carried(TICKET_PREFIX) ?? query.get("ticket")),
    bearer: sized(bearerToken(headers)),
  };
}
