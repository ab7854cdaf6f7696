/**
 * The room says no, or lets in. A no goes to the Worker as the `error` frame itself; the Worker gives it the shape that
 * the client can read. A socket that the object opened only to close it would keep the object awake until the client
 * lets go.
 */
import { type ErrorFrame, REFUSALS, type RefusalCode, SUBPROTOCOL } from "../room/protocol.ts";

type RefusalFrame = ErrorFrame & { readonly code: RefusalCode };

export const refuse = (error: RefusalFrame): Response =>
  Response.json(error, { status: REFUSALS[error.code].status });

export const upgraded = (client: WebSocket, plain: boolean): Response =>
  new Response(null, {
    status: 101,
    webSocket: client,
    headers: plain ? {} : { "sec-websocket-protocol": SUBPROTOCOL },
  });
