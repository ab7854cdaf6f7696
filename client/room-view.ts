import type { ChatMessage, ServerFrame, Welcome } from "../worker/room/protocol.ts";
import { Cursor } from "./cursor.ts";
import { Timeline } from "./timeline.ts";
import { TypingBoard } from "./typing.ts";

/** What a frame did to the view. */
export interface Seen {
  /** Messages never shown before, in the order in which they came. */
  readonly fresh: readonly ChatMessage[];
  /** Something that is shown changed. */
  readonly changed: boolean;
}

const NOTHING: Seen = { fresh: [], changed: false };
const CHANGED: Seen = { fresh: [], changed: true };

/** What a client knows of its room: messages, how far it came, who it is, who types. Pure: time is a parameter. */
export class RoomView {
  readonly timeline = new Timeline();
  readonly typing = new TypingBoard();
  cursor: Cursor;
  userId: string | undefined;
  userCount = 0;

  constructor(cursor?: string, userId?: string) {
    this.cursor = new Cursor(cursor);
    this.userId = userId;
  }

  welcome(frame: Welcome): Seen {
    this.userId = frame.userId;
    this.userCount = frame.userCount;
    this.typing.clear();
    if (!frame.recovered) {
      // What lies between is unknown: an old part beside a new one would hide the gap.
      this.timeline.clear();
    }
    for (const { id } of frame.deleted ?? []) this.timeline.remove(id);
    const fresh = frame.recentMessages.filter((message) => this.#place(message));
    // Not merged: in another region we may have seen what this one does not hold yet, and gives us again.
    this.cursor = new Cursor(frame.cursor);
    return { fresh, changed: true };
  }

  receive(frame: ServerFrame, now: number): Seen {
    switch (frame.type) {
      case "chat_message": {
        if (this.cursor.covers(frame)) return NOTHING;
        const fresh = this.#place(frame) ? [frame] : [];
        this.typing.stopped(frame.userId);
        return { fresh, changed: true };
      }
      case "message_deleted": {
        this.cursor.advance(frame);
        return this.timeline.remove(frame.id) ? CHANGED : NOTHING;
      }
      case "user_joined":
      case "user_left": {
        this.userCount = frame.userCount;
        if (frame.type === "user_left") this.typing.stopped(frame.userId);
        return CHANGED;
      }
      case "roster":
        this.userCount = frame.userCount;
        return CHANGED;
      case "typing":
        return this.typing.heard(frame, frame.isTyping, now) ? CHANGED : NOTHING;
      default:
        return NOTHING;
    }
  }

  #place(message: ChatMessage): boolean {
    this.cursor.advance(message);
    return this.timeline.place(message) === "added";
  }
}
