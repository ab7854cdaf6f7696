// The chat that `docs/protocol.md` names "the original article's protocol", as an object that does not hibernate: users
// and the last hundred messages in memory, every event told to everybody at once. Without the article's limit of ten
// messages for ever, under which nothing could be measured.
import { DurableObject } from "cloudflare:workers";

const KEPT = 100;
const RECENT = 10;
const LONGEST = 500;

export class Room extends DurableObject {
  #members = new Map();
  #log = [];

  fetch(request) {
    const { 0: client, 1: socket } = new WebSocketPair();
    socket.accept();
    const id = crypto.randomUUID();
    const username = new URL(request.url).searchParams.get("username") ?? "Anonymous";
    this.#members.set(id, socket);
    const userCount = this.#members.size;
    const recentMessages = this.#log.slice(-RECENT);
    socket.send(JSON.stringify({ type: "welcome", userId: id, userCount, recentMessages }));
    this.#tell({ type: "user_joined", username, userCount }, id);
    socket.addEventListener("message", ({ data }) => this.#hear(socket, id, username, data));
    socket.addEventListener("close", () => {
      this.#members.delete(id);
      this.#tell({ type: "user_left", username, userCount: this.#members.size });
    });
    return new Response(null, { status: 101, webSocket: client });
  }

  #hear(socket, id, username, data) {
    const timestamp = Date.now();
    const frame = JSON.parse(data);
    if (frame.type === "ping") socket.send(JSON.stringify({ type: "pong", timestamp }));
    if (frame.type === "typing") this.#tell({ type: "typing", username, isTyping: frame.isTyping }, id);
    if (frame.type !== "chat_message") return;
    const message = frame.message.slice(0, LONGEST);
    const entry = { type: "chat_message", id: crypto.randomUUID(), username, message, timestamp };
    this.#log.push(entry);
    if (this.#log.length > KEPT) this.#log.shift();
    this.#tell(entry);
  }

  #tell(frame, except) {
    const text = JSON.stringify(frame);
    for (const [id, socket] of this.#members) {
      if (id === except) continue;
      try {
        socket.send(text);
      } catch {
        this.#members.delete(id);
      }
    }
  }
}

export default {
  fetch(request, env) {
    const room = new URL(request.url).pathname;
    return env.ROOM.get(env.ROOM.idFromName(room)).fetch(request);
  },
};
