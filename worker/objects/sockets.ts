/** The sockets of an object, asleep and awake, as the room sees them. */
import type { Connection, MemberState, Socket } from "../room/connection.ts";
import { memberStateOf } from "./attachment.ts";

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

/**
 * Members' sockets that outlived a sleep. One that closed meanwhile is among them: its close event is about to come,
 * and only then do the others hear of it.
 */
export function survivors(context: DurableObjectState): { socket: WebSocket; state: MemberState }[] {
  return context.getWebSockets().flatMap((socket) => {
    const state = memberStateOf(socket);
    return state === undefined ? [] : [{ socket, state }];
  });
}

/** The connection behind each socket, while the object is awake. */
export type Connections = Map<WebSocket, Connection>;
