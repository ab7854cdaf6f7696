/** Reads what a client sent. By hand: it runs for every frame, and must cost less than the parse. */
import { judgeClientId } from "./client-id.ts";
import { FRAME_BYTES } from "./limits.ts";
import type { ErrorFrame } from "./protocol.ts";

export interface Message {
  readonly type: "chat_message";
  readonly message: string;
  readonly clientId?: string;
}

export type Received =
  | Message
  | { readonly type: "typing"; readonly isTyping: boolean }
  | { readonly type: "ping" }
  | { readonly type: "who" }
  /** Answered by an error. `malformed`: counts towards the limit of bad frames. */
  | { readonly type: "wrong"; readonly error: ErrorFrame; readonly malformed: boolean };

export interface FrameRules {
  readonly plain: boolean;
  /** Code points. */
  readonly messageLength: number;
  readonly now: number;
}

const encoder = new TextEncoder();
/** UTF-8 takes at most three bytes for a UTF-16 unit: shorter texts need no count. */
const SURELY_SHORT = Math.floor(FRAME_BYTES / 3);

const error = (code: ErrorFrame["code"], message: string, clientId?: string): ErrorFrame => ({
  type: "error",
  code,
  message,
  ...(clientId === undefined ? {} : { clientId }),
});

/** With the article's text, which plain clients show, and the id of the message that it answers. */
const malformed = (clientId?: string): Received => ({
  type: "wrong",
  error: error("invalid_format", "Invalid message format", clientId),
  malformed: true,
});
const MALFORMED = malformed();

const refused = (frame: ErrorFrame): Received => ({ type: "wrong", error: frame, malformed: false });

function parseObject(raw: string): Record<string, unknown> | undefined {
  if (raw.length > SURELY_SHORT && (raw.length > FRAME_BYTES || encoder.encode(raw).length > FRAME_BYTES))
    return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    // Any non-null object that is no array is a record of unknown values.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export function receive(raw: string | ArrayBuffer, rules: FrameRules): Received {
  const frame = typeof raw === "string" ? parseObject(raw) : undefined;
  if (frame === undefined) return MALFORMED;
  switch (frame.type) {
    case "chat_message":
      return receiveMessage(frame.message, frame.clientId, rules);
    case "typing":
      if (typeof frame.isTyping === "boolean") return { type: "typing", isTyping: frame.isTyping };
      return rules.plain ? { type: "typing", isTyping: Boolean(frame.isTyping) } : MALFORMED;
    case "ping":
      return { type: "ping" };
    case "who":
      return { type: "who" };
    default:
      return typeof frame.type === "string"
        ? refused(
            error("unknown_type", `Unknown type ${JSON.stringify(frame.type.slice(0, 32).toWellFormed())}`),
          )
        : MALFORMED;
  }
}

function receiveMessage(text: unknown, clientId: unknown, rules: FrameRules): Received {
  if (clientId !== undefined && typeof clientId !== "string") return MALFORMED;
  // With the id, so that a client does not wait for an answer for ever.
  if (typeof text !== "string" || text === "") return malformed(clientId);
  if (clientId !== undefined) {
    const judgement = judgeClientId(clientId, rules.now);
    if (judgement === "malformed") return malformed(clientId);
    if (judgement === "too_old")
      return refused(error("too_old", "Written too long ago to be sent again", clientId));
  }
  // A lone surrogate would not survive UTF-8: later readers would see another text than those present now.
  const message = text.toWellFormed();
  const cut = cutAt(message, rules.messageLength);
  if (cut.length < message.length && (!rules.plain || clientId !== undefined))
    return refused(error("too_long", `At most ${rules.messageLength} characters`, clientId));
  return clientId === undefined
    ? { type: "chat_message", message: cut }
    : { type: "chat_message", message: cut, clientId };
}

/** The first `length` code points. */
function cutAt(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count++)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
