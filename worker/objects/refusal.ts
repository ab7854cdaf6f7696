/** Refuses an upgrade so that the client can see why: a v1 client by a frame and a close code, a plain one by HTTP. */
import { type ErrorFrame, REFUSALS, type RefusalCode, SUBPROTOCOL } from "../room/protocol.ts";

type RefusalFrame = ErrorFrame & { readonly code: RefusalCode };

export function refuse(context: DurableObjectState, error: RefusalFrame, plain: boolean): Response {
  const { close, status } = REFUSALS[error.code];
  if (plain) {
    const headers = new Headers();
    if (error.retryAfterMs !== undefined)
      headers.set("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
    return Response.json({ error: { code: error.code, message: error.message } }, { status, headers });
  }
  const { 0: client, 1: server } = new WebSocketPair();
  // No attachment: when its close event wakes us, nobody looks for a member behind it.
  context.acceptWebSocket(server);
  server.send(JSON.stringify(error));
  server.close(close, error.code);
  return upgraded(client, plain);
}

export const upgraded = (client: WebSocket, plain: boolean): Response =>
  new Response(null, {
    status: 101,
    webSocket: client,
    headers: plain ? {} : { "sec-websocket-protocol": SUBPROTOCOL },
  });
