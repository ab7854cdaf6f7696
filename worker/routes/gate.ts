/** The stack's rules of entry, and the check that the reads over HTTP make. */
import type { Env } from "../env.ts";
import { type Gate, isAdmitted, prove } from "../identity/identify.ts";
import { readOffered } from "../identity/offered-tokens.ts";
import { Refused } from "./refused.ts";

export const gateOf = (env: Env): Gate => ({
  access: env.CHAT.access,
  sessionKeys: { current: env.SESSION_KEY, previous: env.SESSION_KEY_PREVIOUS || undefined },
  ticketKey: env.TICKET_KEY,
});

export const unixSeconds = (): number => Math.floor(Date.now() / 1000);

export const badTicket = (): Refused =>
  new Refused("bad_ticket", "This chat needs a valid ticket for the room. Please sign in again.", {
    headers: { "WWW-Authenticate": 'Bearer realm="chat"' },
  });

/**
 * Lets a read pass: always in `open`, with a ticket or session of the room in `ticket` (of any room when none is
 * named).
 * @throws {Refused} `bad_ticket`
 */
export async function requireReader(request: Request, env: Env, room?: string): Promise<void> {
  if (env.CHAT.access === "open") return;
  const offered = readOffered(request.headers, new URL(request.url).searchParams);
  const proof = await prove(offered, gateOf(env), room, unixSeconds());
  if (!isAdmitted(proof, env.CHAT.access)) throw badTicket();
}
