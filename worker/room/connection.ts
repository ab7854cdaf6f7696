/** One connection of a user: who it is, and what it may still do. Only `MemberState` survives a sleep. */
import { FrameBudget } from "./frame-budget.ts";
import {
  BAD_FRAMES_PER_WINDOW,
  FRAME_WINDOW_MS,
  GHOST_MS,
  SEEN_SAVE_MS,
  SLOW_READER_BYTES,
  UNHEARD_MS,
  UNHEARD_UNITS,
  UNHEARD_UNITS_PLAIN,
} from "./limits.ts";

/** A socket as the heart sees it. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes sent and not yet taken by the network; undefined where the runtime does not tell. */
  buffered(): number | undefined;
  /** Unix ms of the last raw `ping` that was answered without waking us; 0 for none. */
  pingedAt(): number;
  /** Keeps the state with the socket, through sleep; undefined: the socket is no member's any more. */
  save(state: MemberState | undefined): void;
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
  readonly #frames: FrameBudget;
  readonly #badFrames = new FrameBudget(BAD_FRAMES_PER_WINDOW, FRAME_WINDOW_MS);
  /** Unix ms; until then bytes that wait in the socket are our own long resume. */
  graceUntil = 0;
  #typedAt = 0;
  #askedAt = 0;
  /** UTF-16 units sent since `#heardAt`. */
  #unheard = 0;
  #heardAt: number;
  #seenAt: number;
  #savedAt: number;

  /** @param framesPerWindow frames that it may send in `FRAME_WINDOW_MS` */
  constructor(socket: Socket, state: MemberState, framesPerWindow: number) {
    this.#frames = new FrameBudget(framesPerWindow, FRAME_WINDOW_MS);
    this.socket = socket;
    this.id = state.id;
    this.userId = state.userId;
    this.username = state.username;
    this.plain = state.plain;
    this.#seenAt = state.seenAt;
    this.#savedAt = state.seenAt;
    this.#heardAt = state.seenAt;
  }

  /** Counts a frame. False when it is one too many. */
  spendFrame(now: number): boolean {
    this.#seenAt = now;
    if (now - this.#savedAt >= SEEN_SAVE_MS) this.save(now);
    return this.#frames.spend(now);
  }

  spendBadFrame(now: number): boolean {
    return this.#badFrames.spend(now);
  }

  save(seenAt: number): void {
    this.#seenAt = seenAt;
    this.#savedAt = seenAt;
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

  send(text: string): void {
    this.#unheard += text.length;
    this.socket.send(text);
  }

  /** After this, a wake-up does not find a member behind the socket. */
  close(code: number, reason: string): void {
    try {
      this.socket.save(undefined);
      this.socket.close(code, reason);
    } catch {
      // It closed on its own meanwhile: the same end.
    }
  }

  /** It takes what it is sent too slowly, or not at all. */
  isSlow(now: number): boolean {
    const buffered = this.socket.buffered();
    if (buffered !== undefined) return buffered > SLOW_READER_BYTES && now >= this.graceUntil;
    if (this.#unheard <= (this.plain ? UNHEARD_UNITS_PLAIN : UNHEARD_UNITS)) return false;
    const heardAt = Math.max(this.#seenAt, this.socket.pingedAt());
    if (heardAt > this.#heardAt) {
      this.#heardAt = heardAt;
      this.#unheard = 0;
      return false;
    }
    return now - heardAt > UNHEARD_MS;
  }

  /** Nothing was heard of it for so long that its slot may be given away. */
  isGhost(now: number): boolean {
    return Math.max(this.#seenAt, this.socket.pingedAt()) < now - GHOST_MS;
  }
}
