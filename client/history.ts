import type { ChatMessage } from "../worker/room/protocol.ts";
import { isServerFrame } from "./frames.ts";

export interface HistoryPage {
  /** Newest last. */
  readonly messages: readonly ChatMessage[];
  /** There are older ones. */
  readonly more: boolean;
}

export interface HistoryRequest {
  readonly base: URL;
  readonly room: string;
  /** An `order`; the newest messages when missing. */
  readonly before?: string | undefined;
  /** 1..100. */
  readonly limit: number;
  /** Session or ticket, for chats that need one. */
  readonly token?: string | undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** @throws Error naming the address and status when the answer is no page of history */
export async function fetchHistory(ask: typeof fetch, request: HistoryRequest): Promise<HistoryPage> {
  const url = new URL(`chat/${encodeURIComponent(request.room)}/messages`, request.base);
  url.protocol = url.protocol.replace("ws", "http");
  url.searchParams.set("limit", String(request.limit));
  if (request.before !== undefined) url.searchParams.set("before", request.before);
  const headers = request.token === undefined ? {} : { authorization: `Bearer ${request.token}` };
  const response = await ask(url, { headers });
  const body: unknown = response.ok ? await response.json() : undefined;
  if (!isRecord(body) || !Array.isArray(body.messages))
    throw new Error(`${url.pathname} answered ${response.status} instead of messages`);
  const messages = body.messages.filter(isServerFrame).filter((frame) => frame.type === "chat_message");
  return { messages, more: body.more === true };
}
