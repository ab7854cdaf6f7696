// One frame a tick and a row a message, with as many bytes as the protocol's messages have and nothing else: no ids, order,
// limits, dedupe, acknowledgements or metrics. What is left of the room's cost when all of its work is free.
import { DurableObject } from "cloudflare:workers";

const TICK_MS = 10;
const TICK_MS_PER_SOCKET = 0.1;
/** Fields of the protocol that would have to be made, at their width. */
const FIELDS = {
  id: "x".repeat(22),
  userId: "x".repeat(25),
  order: "x".repeat(27),
  origin: "x".repeat(15),
  seq: 10_000,
};

export class Room extends DurableObject {
  #queue = [];
  #tickedAt = 0;
  #timer = undefined;

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
    this.#queue.push(JSON.parse(frame).message);
    if (this.#timer !== undefined) return;
    const pause = Math.max(TICK_MS, TICK_MS_PER_SOCKET * this.ctx.getWebSockets().length);
    const wait = this.#tickedAt + pause - Date.now();
    if (wait <= 0) this.#tick();
    else this.#timer = setTimeout(() => this.#tick(), wait);
  }

  #tick() {
    const timestamp = Date.now();
    const messages = this.#queue;
    this.#queue = [];
    this.#timer = undefined;
    this.#tickedAt = timestamp;
    this.ctx.storage.transactionSync(() => {
      for (const message of messages)
        this.ctx.storage.sql.exec(
          "INSERT INTO messages (message, timestamp) VALUES (?, ?)",
          message,
          timestamp,
        );
    });
    const objects = messages.map((message) =>
      JSON.stringify({ type: "chat_message", username: "bench", message, timestamp, ...FIELDS }),
    );
    const frame = `[${objects.join(",")}]`;
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
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
