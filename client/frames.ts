import type { ServerFrame } from "../worker/room/protocol.ts";

type Kind = "string" | "number" | "boolean" | "array";

/** The fields without which a frame of each type means nothing to us. Others may be missing or new. */
const REQUIRED = {
  welcome: {
    userId: "string",
    session: "string",
    cursor: "string",
    recentMessages: "array",
    timestamp: "number",
  },
  chat_message: {
    id: "string",
    userId: "string",
    message: "string",
    order: "string",
    origin: "string",
    seq: "number",
  },
  ack: { clientId: "string", id: "string", order: "string" },
  user_joined: { userId: "string", userCount: "number" },
  user_left: { userId: "string", userCount: "number" },
  typing: { userId: "string", isTyping: "boolean" },
  pong: {},
  roster: { users: "array", userCount: "number" },
  message_deleted: { id: "string", origin: "string", seq: "number" },
  notice: { code: "string" },
  error: { code: "string", message: "string" },
} as const satisfies Record<ServerFrame["type"], Readonly<Record<string, Kind>>>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);

export function isServerFrame(value: unknown): value is ServerFrame {
  if (!isRecord(value) || typeof value.type !== "string" || !Object.hasOwn(REQUIRED, value.type))
    return false;
  // `hasOwn` just found the type among the keys.
  const required = REQUIRED[value.type as ServerFrame["type"]];
  return Object.entries(required).every(([field, kind]) => kindOf(value[field]) === kind);
}

/** The frames of one WebSocket message: an object, or an array of them in order. What we do not know is left out. */
export function decodeFrames(data: unknown): ServerFrame[] {
  if (typeof data !== "string" || data === "pong") return [];
  try {
    const value: unknown = JSON.parse(data);
    return (Array.isArray(value) ? value : [value]).filter(isServerFrame);
  } catch {
    return [];
  }
}
