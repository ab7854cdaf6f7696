/**
 * Sessions: tokens that the Worker signs for a user of a room, so that the next connection is the same user. They
 * never refuse: whatever is wrong with one, its bearer is simply new.
 */
import * as v from "valibot";
import { signJwt, verifyJwt } from "./jwt.ts";

/** A session's life, seconds: a night's sleep and a day. Each `welcome` renews it. */
export const SESSION_SECONDS = 24 * 60 * 60;
/** Marks our sessions, so that no ticket passes for one nor the other way round, even under the same key. */
export const SESSION_AUDIENCE = "edge-chat-session";

const claimsSchema = v.object({
  aud: v.literal(SESSION_AUDIENCE),
  sub: v.pipe(v.string(), v.minLength(1)),
  name: v.pipe(v.string(), v.minLength(1)),
  room: v.string(),
  /** The user came with a ticket. An open session does not open a room that asks for tickets. */
  ticketed: v.boolean(),
});

export interface Session {
  readonly userId: string;
  readonly username: string;
  readonly room: string;
  readonly ticketed: boolean;
}

export interface SessionKeys {
  /** Signs and verifies. */
  readonly current: string;
  /** Verifies during a rotation. */
  readonly previous: string | undefined;
}

/** @param nowSeconds Unix seconds. */
export const signSession = (session: Session, keys: SessionKeys, nowSeconds: number): Promise<string> => {
  const { userId: sub, username: name, room, ticketed } = session;
  const exp = nowSeconds + SESSION_SECONDS;
  return signJwt({ aud: SESSION_AUDIENCE, sub, name, room, ticketed, iat: nowSeconds, exp }, keys.current);
};

async function verifyWith(key: string, token: string, nowSeconds: number): Promise<Session | undefined> {
  const claims = await verifyJwt(token, key, nowSeconds);
  if (!v.is(claimsSchema, claims)) return undefined;
  const { sub: userId, name: username, room, ticketed } = claims;
  return { userId, username, room, ticketed };
}

/** The session of a token signed by either key and not expired; else undefined. Its room is the caller's to compare. */
export async function verifySession(
  token: string | undefined,
  { current, previous }: SessionKeys,
  nowSeconds: number,
): Promise<Session | undefined> {
  if (token === undefined) return undefined;
  const session = await verifyWith(current, token, nowSeconds);
  if (session !== undefined || previous === undefined) return session;
  return verifyWith(previous, token, nowSeconds);
}
