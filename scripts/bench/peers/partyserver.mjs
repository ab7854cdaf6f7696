// partyserver as its documentation shows a chat, hibernating: one `broadcast` for each message.
import { Server } from "partyserver";

export class Room extends Server {
  static options = { hibernate: true };

  onConnect(connection) {
    connection.send('{"type":"welcome"}');
  }

  onMessage(_, frame) {
    const { message } = JSON.parse(frame);
    this.broadcast(
      JSON.stringify({ type: "chat_message", username: "Anonymous", message, timestamp: Date.now() }),
    );
  }
}

export default {
  async fetch(request, env) {
    const room = new URL(request.url).pathname.slice(1).replaceAll("/", "-");
    const stub = env.ROOM.get(env.ROOM.idFromName(room));
    const named = new Request(request);
    named.headers.set("x-partykit-room", room);
    return stub.fetch(named);
  },
};
