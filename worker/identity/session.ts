/**
 * Sessions: tokens that the Worker signs for a user of a room, so that the next connection is the same user. They
 * never refuse: whatever is wrong with one, its bearer is simply new.
 */
import { SignJWT } from "jose/jwt/sign";
import { jwtVerify } from "jose/jwt/verify";
import * as z from "zod/mini";

/** A session's life, seconds: a night's sleep and a day. Each `welcome` renews it. */
export const SESSION_SECONDS = 24 * 60 * 60;
/** Marks our sessions, so that no ticket passes for one nor the other way round, even under the same key. */
export const SESSION_AUDIENCE = "edge-chat-session";

const ALGORITHM = "HS256";

const claimsSchema = z.object({
  sub: z.string().check(z.minLength(1)),
  name: z.string().check(z.minLength(1)),
  room: z.string(),
  /** The user came with a ticket. An open session does not open a room that asks for tickets. */
  ticketed: z.boolean(),
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

const bytes = (key: string): Uint8Array => new TextEncoder().encode(key);

/** @param nowSeconds Unix seconds. */
export const signSession = (session: Session, keys: SessionKeys, nowSeconds: number): Promise<string> =>
  new SignJWT({ name: session.username, room: session.room, ticketed: session.ticketed })
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(session.userId)
    .setAudience(SESSION_AUDIENCE)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + SESSION_SECONDS)
    .sign(bytes(keys.current));

async function verifyWith(key: string, token: string, nowSeconds: number): Promise<Session | undefined> {
  try {
    const { payload } = await jwtVerify(token, bytes(key), {
      algorithms: [ALGORITHM],
      audience: SESSION_AUDIENCE,
      requiredClaims: ["exp"],
      currentDate: new Date(nowSeconds * 1000),
    });
    const claims = claimsSchema.safeParse(payload).data;
    return (
      claims && { userId: claims.sub, username: claims.name, room: claims.room, ticketed: claims.ticketed }
    );
  } catch {
    return undefined;
  }
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
