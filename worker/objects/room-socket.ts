/** A hibernating socket as the room sees it. */
import type { Socket } from "../room/connection.ts";
import { CLOSE } from "../room/protocol.ts";

/** Where the runtime has it (not in every type definition): bytes sent and not yet taken by the network. */
function bufferedBytes(socket: WebSocket): number | undefined {
  const value: unknown = "bufferedAmount" in socket ? socket.bufferedAmount : undefined;
  return typeof value === "number" ? value : undefined;
}

export function roomSocket(context: DurableObjectState, socket: WebSocket): Socket {
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    buffered: () => bufferedBytes(socket),
    pingedAt: () => context.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
    save: (state) => socket.serializeAttachment(state ?? null),
  };
}

/** Codes that tell of a close without one, and may not be sent. */
const UNSENDABLE: ReadonlySet<number> = new Set([1005, 1006, 1015]);

/** A hibernating socket does not answer a close by itself: without this the client waits until the object sleeps. */
export function answerClose(socket: WebSocket, code: number): void {
  try {
    socket.close(UNSENDABLE.has(code) ? CLOSE.normal : code);
  } catch {
    // The connection is gone already: nobody waits for the answer.
  }
}
