/**
 * The wire protocol `edge-chat.v1` as types and constants (docs/protocol.md is its text): what the Worker sends and
 * reads, and what the client library sends and reads. No runtime import, so both sides can use it.
 */

/** The only subprotocol value that the server ever echoes. */
export const SUBPROTOCOL = "edge-chat.v1";
/** Offered subprotocols that carry tokens beside `edge-chat.v1`. */
export const SESSION_PREFIX = "session.";
export const TICKET_PREFIX = "ticket.";

/** Close codes, and what they mean for a client (docs/protocol.md, "Close codes"). */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  policy: 1008,
  internal: 1011,
  restarting: 1012,
  overloaded: 1013,
  kicked: 4003,
  badRequest: 4400,
  badTicket: 4401,
  banned: 4403,
  tooMany: 4429,
  unavailable: 4503,
} as const;

/** Codes after which a client must not come back by itself. */
export const FINAL_CLOSE_CODES: ReadonlySet<number> = new Set([
  CLOSE.normal,
  CLOSE.policy,
  CLOSE.kicked,
  CLOSE.badRequest,
  CLOSE.badTicket,
  CLOSE.banned,
]);

export type RefusalCode =
  | "bad_room"
  | "bad_username"
  | "bad_ticket"
  | "banned"
  | "room_full"
  | "too_many_connections"
  | "unavailable";

/** How each refusal looks to a v1 client (close code) and to a plain one (HTTP status). */
export const REFUSALS = {
  bad_room: { close: CLOSE.badRequest, status: 400 },
  bad_username: { close: CLOSE.badRequest, status: 400 },
  bad_ticket: { close: CLOSE.badTicket, status: 401 },
  banned: { close: CLOSE.banned, status: 403 },
  room_full: { close: CLOSE.tooMany, status: 429 },
  too_many_connections: { close: CLOSE.tooMany, status: 429 },
  unavailable: { close: CLOSE.unavailable, status: 503 },
} as const satisfies Record<RefusalCode, { close: number; status: number }>;

export type ErrorCode =
  | "invalid_format"
  | "unknown_type"
  | "rate_limited"
  | "too_long"
  | "too_old"
  | RefusalCode;

/** A message as every client sees it. `order`: fixed-width, sorting by it is the room's one order. */
export interface ChatMessage {
  readonly type: "chat_message";
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly message: string;
  /** Unix ms. */
  readonly timestamp: number;
  readonly order: string;
  /** Opaque name of one life of one region's replica. */
  readonly origin: string;
  /** Rises per origin; gaps are normal and final. */
  readonly seq: number;
  /** Only to the sender. */
  readonly clientId?: string;
}

export interface Deletion {
  readonly id: string;
  readonly origin: string;
  readonly seq: number;
}

export interface WelcomeLimits {
  readonly messageLength: number;
  readonly messagesPerMinute: number;
  readonly connectionsPerRoom: number;
  readonly connectionsPerUser: number;
  readonly recentMessages: number;
  readonly visibleMessages: number;
  /** How long a `clientId` may be resent, ms. */
  readonly resendWindowMs: number;
  /** Largest frame accepted, bytes of UTF-8. */
  readonly frameBytes: number;
}

export interface Welcome {
  readonly type: "welcome";
  readonly userId: string;
  readonly username: string;
  readonly userCount: number;
  readonly recentMessages: readonly ChatMessage[];
  readonly room: string;
  readonly region: string;
  /** Signed token to come back with, valid 24 h. */
  readonly session: string;
  readonly cursor: string;
  readonly recovered: boolean;
  readonly deleted: readonly Deletion[];
  readonly timestamp: number;
  /** The code that the room object runs. */
  readonly version: string;
  readonly limits: WelcomeLimits;
}

export interface Ack {
  readonly type: "ack";
  readonly clientId: string;
  readonly id: string;
  readonly timestamp: number;
  readonly order: string;
  readonly duplicate?: true;
}

export interface Presence {
  readonly type: "user_joined" | "user_left";
  readonly userId: string;
  readonly username: string;
  readonly userCount: number;
  readonly region: string;
}

export interface Typing {
  readonly type: "typing";
  readonly userId: string;
  readonly username: string;
  readonly isTyping: boolean;
}

export interface RosterUser {
  readonly userId: string;
  readonly username: string;
  readonly region: string;
}

export interface Roster {
  readonly type: "roster";
  readonly users: readonly RosterUser[];
  readonly userCount: number;
  readonly truncated: boolean;
}

export interface Notice {
  readonly type: "notice";
  readonly code: "sync_delayed" | "sync_restored";
  readonly message: string;
}

export interface ErrorFrame {
  readonly type: "error";
  readonly code: ErrorCode;
  readonly message: string;
  readonly clientId?: string;
  readonly retryAfterMs?: number;
}

export type ServerFrame =
  | Welcome
  | ChatMessage
  | Ack
  | Presence
  | Typing
  | { readonly type: "pong"; readonly timestamp: number }
  | Roster
  | ({ readonly type: "message_deleted" } & Deletion)
  | Notice
  | ErrorFrame;

export type ClientFrame =
  | { readonly type: "chat_message"; readonly message: string; readonly clientId?: string }
  | { readonly type: "typing"; readonly isTyping: boolean }
  | { readonly type: "ping" }
  | { readonly type: "who" };
