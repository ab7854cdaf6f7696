/**
 * A browser cannot read the status of a refused upgrade. So a v1 client is let in just far enough to be told: one
 * `error` frame, then the close code of the refusal.
 */
import { type ErrorFrame, REFUSALS, type RefusalCode, SUBPROTOCOL } from "../room/protocol.ts";

/** Longest close reason that the WebSocket protocol carries, bytes. Ours are the code words: far shorter. */
export function refusingSocket(code: RefusalCode, message: string, retryAfterMs?: number): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const frame: ErrorFrame = {
    type: "error",
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  server.send(JSON.stringify(frame));
  server.close(REFUSALS[code].close, code);
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { "Sec-WebSocket-Protocol": SUBPROTOCOL },
  });
}
