/** A hibernating socket as the room sees it. */
import type { Socket } from "../room/connection.ts";

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
