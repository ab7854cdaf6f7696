/** Decides who a connection is: a known user by ticket or session, or a new one. */
import type { Offered } from "./offered-tokens.ts";
import { type Session, type SessionKeys, verifySession } from "./session.ts";
import { type Ticket, verifyTicket } from "./ticket.ts";

/** The stack's part in the decision. */
export interface Gate {
  readonly access: "open" | "ticket";
  readonly sessionKeys: SessionKeys;
  /** Set when `access` is `ticket`. */
  readonly ticketKey: string | undefined;
}

/** What the offered tokens prove about a room. Neither: a stranger. */
export interface Proof {
  readonly ticket: Ticket | undefined;
  readonly session: Session | undefined;
}

/**
 * @param room The room that the tokens must name; undefined when any will do (the directory).
 * @param nowSeconds Unix seconds.
 */
export async function prove(
  offered: Offered,
  gate: Gate,
  room: string | undefined,
  nowSeconds: number,
): Promise<Proof> {
  const fits = <Named extends { readonly room: string }>(named: Named | undefined): Named | undefined =>
    named !== undefined && (room === undefined || named.room === room) ? named : undefined;
  const ticketKey = gate.access === "ticket" ? gate.ticketKey : undefined;
  const [session, ticket] = await Promise.all([
    verifySession(offered.session ?? offered.bearer, gate.sessionKeys, nowSeconds),
    ticketKey === undefined
      ? undefined
      : verifyTicket(offered.ticket ?? offered.bearer, ticketKey, nowSeconds),
  ]);
  // A session from the time before the stack asked for tickets opens nothing.
  const enough = gate.access === "open" || session?.ticketed === true;
  return { ticket: fits(ticket), session: enough ? fits(session) : undefined };
}

/** Whether the proof opens the room, its history and the directory. */
export const isAdmitted = ({ ticket, session }: Proof, access: Gate["access"]): boolean =>
  access === "open" || ticket !== undefined || session !== undefined;

/** A user that the proof names. */
export interface KnownUser {
  readonly userId: string;
  readonly username: string;
  readonly ticketed: boolean;
  /** A session named this very user: only then does the client's cursor count. */
  readonly resuming: boolean;
}

/**
 * A ticket decides over a session: it is the newer word of the application, and may bring a new name. Without either,
 * undefined: the caller makes a new user.
 */
export function knownUser({ ticket, session }: Proof): KnownUser | undefined {
  if (ticket !== undefined) {
    const { userId, username } = ticket;
    return { userId, username, ticketed: true, resuming: session?.userId === userId };
  }
  return session && { ...session, resuming: true };
}
