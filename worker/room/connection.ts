/** One connection of a user: who it is, and what it may still do. Only `MemberState` survives a sleep. */
import { FrameBudget } from "./frame-budget.ts";
import {
  BAD_FRAMES_PER_WINDOW,
  FRAME_WINDOW_MS,
  FRAMES_PER_WINDOW,
  GHOST_MS,
  SEEN_SAVE_MS,
} from "./limits.ts";

/** A socket as the heart sees it. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes sent and not yet taken by the network; undefined where the runtime does not tell. */
  buffered(): number | undefined;
  /** Unix ms of the last raw `ping` that was answered without waking us; 0 for none. */
  pingedAt(): number;
  /** Keeps the state with the socket, through sleep. */
  save(state: MemberState): void;
}

export interface MemberState {
  /** Names the connection in logs. */
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  /** Knows only the article's protocol: one object a frame. */
  readonly plain: boolean;
  /** Unix ms of the last frame, up to `SEEN_SAVE_MS` stale. */
  readonly seenAt: number;
}

export class Connection {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly plain: boolean;
  readonly socket: Socket;
  readonly #frames = new FrameBudget(FRAMES_PER_WINDOW, FRAME_WINDOW_MS);
  readonly #badFrames = new FrameBudget(BAD_FRAMES_PER_WINDOW, FRAME_WINDOW_MS);
  /** Unix ms; until then bytes that wait in the socket are our own long resume. */
  graceUntil = 0;
  #typedAt = 0;
  #askedAt = 0;
  #seenAt: number;

  constructor(socket: Socket, state: MemberState) {
    this.socket = socket;
    this.id = state.id;
    this.userId = state.userId;
    this.username = state.username;
    this.plain = state.plain;
    this.#seenAt = state.seenAt;
  }

  /** Counts a frame. False when it is one too many. */
  spendFrame(now: number): boolean {
    if (now - this.#seenAt >= SEEN_SAVE_MS) this.save(now);
    return this.#frames.spend(now);
  }

  spendBadFrame(now: number): boolean {
    return this.#badFrames.spend(now);
  }

  save(seenAt: number): void {
    this.#seenAt = seenAt;
    const { id, userId, username, plain } = this;
    this.socket.save({ id, userId, username, plain, seenAt });
  }

  /** False when the last one was less than `intervalMs` ago. */
  mayType(now: number, intervalMs: number): boolean {
    if (now - this.#typedAt < intervalMs) return false;
    this.#typedAt = now;
    return true;
  }

  mayAsk(now: number, intervalMs: number): boolean {
    if (now - this.#askedAt < intervalMs) return false;
    this.#askedAt = now;
    return true;
  }

  /** Nothing was heard of it for so long that its slot may be given away. */
  isGhost(now: number): boolean {
    return Math.max(this.#seenAt, this.socket.pingedAt()) < now - GHOST_MS;
  }
}
