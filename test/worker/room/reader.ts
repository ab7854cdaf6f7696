import type { ChatMessage } from "../../../worker/room/protocol.ts";
import type { VirtualSocket } from "./virtual-room.ts";

/** What a client of the protocol knows: it advances its cursor from frames and ignores what lies at or below it. */
export class Reader {
  readonly seen = new Map<string, number>();
  order = "";
  readonly shown = new Map<string, ChatMessage>();
  doubled = 0;

  read(guest: { readonly socket: VirtualSocket }): void {
    for (const frame of guest.socket.objects) {
      if (frame.type === "welcome") {
        if (!frame.recovered) this.shown.clear();
        for (const message of frame.recentMessages) this.#show(message);
        for (const { id } of frame.deleted) this.shown.delete(id);
        const [pairs = "", order = ""] = frame.cursor.split("@");
        this.seen.clear();
        for (const pair of pairs.split(","))
          this.seen.set(pair.split(":")[0] ?? "", Number(pair.split(":")[1]));
        this.order = order;
      } else if (frame.type === "chat_message") {
        if (frame.seq <= (this.seen.get(frame.origin) ?? 0)) continue;
        this.#show(frame);
        this.#advance(frame.origin, frame.seq, frame.order);
      } else if (frame.type === "message_deleted") {
        this.shown.delete(frame.id);
        this.#advance(frame.origin, frame.seq, this.order);
      }
    }
    guest.socket.frames.length = 0;
  }

  get cursor(): string {
    return `${[...this.seen].map(([origin, seq]) => `${origin}:${seq}`).join(",")}@${this.order}`;
  }

  get ids(): string[] {
    return [...this.shown.values()].sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ id }) => id);
  }

  #show({ clientId: _, ...message }: ChatMessage): void {
    if (this.shown.has(message.id)) this.doubled++;
    this.shown.set(message.id, message);
  }

  #advance(origin: string, seq: number, order: string): void {
    this.seen.set(origin, Math.max(seq, this.seen.get(origin) ?? 0));
    if (order > this.order) this.order = order;
  }
}
