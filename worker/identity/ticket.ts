/** Tickets: JWTs by which the application's own backend says who may enter which room (`access: ticket`). */
import * as v from "valibot";
import { base64url } from "./base64url.ts";
import { verifyJwt } from "./jwt.ts";
import { SESSION_AUDIENCE } from "./session.ts";
import { cleanUsername } from "./username.ts";

/** How far the backend's clock may be off, seconds. */
const CLOCK_TOLERANCE = 5;
/** Longest `sub`, characters: an identifier, not a document. */
const SUBJECT_MAX = 256;
/** Characters of a ticket user's id behind its prefix: 132 bits of the digest. */
const ID_LENGTH = 22;

const claimsSchema = v.object({
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(SUBJECT_MAX)),
  name: v.string(),
  room: v.string(),
  aud: v.optional(v.union([v.string(), v.array(v.string())])),
});

export interface Ticket {
  readonly userId: string;
  readonly username: string;
  readonly room: string;
}

/**
 * The user id of a ticket's `sub`: the same in every room and for ever. The prefix keeps it apart from the random
 * UUIDs of open users; the digest keeps mail addresses and the like off the other clients' screens.
 */
export async function ticketUserId(subject: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(`edge-chat ticket ${subject}`),
  );
  return `t_${base64url(new Uint8Array(digest)).slice(0, ID_LENGTH)}`;
}

/**
 * The ticket of a token with the claims `sub`, `name`, `room` and `exp`, signed with `key` (HS256) and not expired;
 * else undefined. The name is cleaned, not refused: its reader cannot mend it.
 * @param nowSeconds Unix seconds.
 */
export async function verifyTicket(
  token: string | undefined,
  key: string,
  nowSeconds: number,
): Promise<Ticket | undefined> {
  if (token === undefined) return undefined;
  const claims = await verifyJwt(token, key, nowSeconds, CLOCK_TOLERANCE);
  if (!v.is(claimsSchema, claims) || [claims.aud].flat().includes(SESSION_AUDIENCE)) return undefined;
  const { sub, name, room } = claims;
  return { userId: await ticketUserId(sub), username: cleanUsername(name), room };
}
