// The floor that forgets nothing: each message is a row before it is told. What leaves the object waits until the row is
// durable, so this is the least that a chat can do whose messages outlive its server.
import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, message TEXT, timestamp INTEGER)",
    );
  }

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.send('{"type":"welcome"}');
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(_, frame) {
    const { message } = JSON.parse(frame);
    const timestamp = Date.now();
    this.ctx.storage.sql.exec("INSERT INTO messages (message, timestamp) VALUES (?, ?)", message, timestamp);
    const told = JSON.stringify({ type: "chat_message", username: "Anonymous", message, timestamp });
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
