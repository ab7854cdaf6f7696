// The floor: the least that a hibernating object can do for a chat. Parse, make the frame once, send it to everybody.
// It keeps nothing, limits nothing and tells nobody who came.
import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.send('{"type":"welcome"}');
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(_, frame) {
    const { message } = JSON.parse(frame);
    const told = JSON.stringify({
      type: "chat_message",
      username: "Anonymous",
      message,
      timestamp: Date.now(),
    });
    for (const socket of this.ctx.getWebSockets()) socket.send(told);
  }

  webSocketClose(socket) {
    socket.close();
  }
}

export default {
  fetch(request, env) {
    const room = new URL(request.url).pathname;
    return env.ROOM.get(env.ROOM.idFromName(room)).fetch(request);
  },
};
