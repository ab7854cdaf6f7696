/**
 * The one list of what the Worker is bound to. `infra/plan/bindings` turns it into the Pulumi inputs, the tests into
 * their runtime's config, and `worker/env` checks its `Env` against it, so that the three cannot disagree.
 * Plain data: no import of the runtime, of Pulumi or of Node.
 */

/** What a binding is, in the words of Cloudflare's script metadata (`bindings[].type`). */
export type BindingType =
  | "durable_object_namespace"
  | "kv_namespace"
  | "analytics_engine"
  | "ratelimit"
  | "plain_text"
  | "json"
  | "secret_text";

export const BINDINGS = {
  /** One object per (region, room), named `region/room`. */
  CHAT_ROOM: { type: "durable_object_namespace", className: "ChatRoom" },
  /** One object per room, named by it, of a stack with several regions. */
  ROOM_HUB: { type: "durable_object_namespace", className: "RoomHub" },
  /** The directory of rooms: eventually consistent, written at most once a minute a room. */
  DIRECTORY: { type: "kv_namespace" },
  /** Aggregated data points; the schema is `worker/metrics`. */
  ANALYTICS: { type: "analytics_engine" },
  /** New connections per client address. */
  CONNECT_LIMIT: { type: "ratelimit" },
  /** Everything the stack's settings say about the chat: one JSON value, see `ChatConfig`. */
  CHAT: { type: "json" },
  /** The version that `/api/health` and `welcome` name: the bundle's sha-256. */
  VERSION: { type: "plain_text" },
  /** Signs sessions. At least 32 characters. */
  SESSION_KEY: { type: "secret_text" },
  /** The key before the last rotation: still accepted, never used to sign. Optional. */
  SESSION_KEY_PREVIOUS: { type: "secret_text", optional: true },
  /** Verifies tickets (HS256) when `access` is `ticket`. Optional otherwise. */
  TICKET_KEY: { type: "secret_text", optional: true },
  /** Bearer token of the moderation calls. Without it they answer 401. */
  ADMIN_TOKEN: { type: "secret_text", optional: true },
} as const satisfies Record<string, { type: BindingType; className?: string; optional?: true }>;

export type BindingName = keyof typeof BINDINGS;

/**
 * Durable Object location hints, Cloudflare's own words: every one that there is.
 * https://developers.cloudflare.com/durable-objects/reference/data-location/
 */
export const REGIONS = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "apac-ne",
  "apac-se",
  "oc",
  "afr",
  "me",
] as const;
export type Region = (typeof REGIONS)[number];

/** Where objects may run and keep data at all; part of their ids. Same page as the hints. */
export const JURISDICTIONS = ["eu", "us", "fedramp"] as const;
export type Jurisdiction = (typeof JURISDICTIONS)[number];

/** The limits of PROTOCOL.md that a stack may change. Times in ms, lengths in code points. */
export interface ChatLimits {
  /** Connections to a room, over all regions. */
  readonly connectionsPerRoom: number;
  /** Connections of one user to one room. */
  readonly connectionsPerUser: number;
  /** Accepted messages of one user in any 60 s. */
  readonly messagesPerMinute: number;
  readonly messageLength: number;
  /** Newest messages that stay visible, in history and to resumes. */
  readonly visibleMessages: number;
  /** Messages in the `welcome` of a new user. */
  readonly recentMessages: number;
  /** How long entries, dedupe ids and deletions are kept at least. Not below 600,000 ms: clients resend that long. */
  readonly retentionMs: number;
}

/** The value of the `CHAT` binding. */
export interface ChatConfig {
  /** Where a room may have replicas. With more than one, it has a hub too. */
  readonly regions: readonly [Region, ...Region[]];
  /** Those of `regions` that no visitor is sent to any more: what they hold stays within the others' reach. */
  readonly closedRegions?: readonly Region[];
  readonly jurisdiction?: Jurisdiction;
  readonly access: "open" | "ticket";
  /** Exact origins (`https://app.example.com`), or `*` alone. The Worker's own host is always allowed. */
  readonly allowedOrigins: readonly string[];
  readonly limits: ChatLimits;
}
