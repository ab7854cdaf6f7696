import ReconnectingWebSocket, { CloseEvent as SyntheticClose } from "partysocket/ws";
import { type ErrorFrame, REFUSALS, type ServerFrame } from "../worker/room/protocol.ts";
import { reconnectDelay } from "./backoff.ts";
import { type AfterClose, afterClose } from "./close-rule.ts";
import { decodeFrames } from "./frames.ts";

/** The raw text that the room answers without waking up. */
const PING = "ping";
/** The room takes a connection without a ping for 2 minutes as a ghost, ms. */
const PING_EVERY_MS = 30_000;
/** No answer to a ping for so long: the connection is dead, whatever the socket believes, ms. */
const PONG_TIMEOUT_MS = 10_000;
/** The same when there is a reason to doubt the connection: the network changed, the computer woke up, ms. */
const DOUBT_TIMEOUT_MS = 4_000;
/** Open, but no welcome: a sleeping room may first ask its neighbours, ms. */
const WELCOME_TIMEOUT_MS = 15_000;
/** From the request to the open socket, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A connection that held so long ends the row of failures, ms: accepted and dropped at once does not. */
const STABLE_MS = 5_000;
const ABNORMAL = 1006;

export interface ConnectionHandlers {
  /** Where to connect and what to offer, asked before each attempt. A rejection counts as a failed attempt. */
  readonly prepare: () => Promise<{ readonly url: string; readonly protocols: string[] }>;
  readonly received: (frames: readonly ServerFrame[]) => void;
  /** The connection is gone or the attempt failed; the next attempt comes in `delayMs`. */
  readonly down: (wait: {
    readonly attempt: number;
    readonly delayMs: number;
    readonly message: string | undefined;
  }) => void;
  /** The client must not come back by itself. */
  readonly ended: (close: Extract<AfterClose, { final: true }>, code: number) => void;
}

export interface ConnectionEnvironment {
  readonly random: () => number;
  readonly now: () => number;
  readonly WebSocket?: typeof WebSocket | undefined;
}

/** One connection after the other: partysocket keeps the socket, this decides when, where and whether again. */
export class Connection {
  readonly #handlers: ConnectionHandlers;
  readonly #environment: ConnectionEnvironment;
  readonly #socket: ReconnectingWebSocket;
  #plan: ReturnType<ConnectionHandlers["prepare"]> | undefined;
  #attempt = 0;
  #openedAt: number | undefined;
  #delayMs = 0;
  #imposedWait = false;
  #wake: (() => void) | undefined;
  #refusal: ErrorFrame | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(handlers: ConnectionHandlers, environment: ConnectionEnvironment) {
    this.#handlers = handlers;
    this.#environment = environment;
    this.#socket = new ReconnectingWebSocket(
      // partysocket asks for the address first and for the protocols in the same turn: both come from one plan.
      () => {
        this.#plan = this.#nextPlan();
        return this.#plan.then(({ url }) => url);
      },
      () => (this.#plan ?? this.#nextPlan()).then(({ protocols }) => protocols),
      {
        WebSocket: environment.WebSocket,
        minReconnectionDelay: 0,
        maxReconnectionDelay: 0,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        // What was not sent lives in the outbox, which knows what may be sent again.
        maxEnqueuedMessages: 0,
        shouldReconnectOnClose: (event) => this.#closed(event),
      },
    );
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }) => this.#heard(data);
  }

  /** False when there is no open socket. */
  send(text: string): boolean {
    return !this.#over && this.#socket.readyState === this.#socket.OPEN && this.#socket.send(text);
  }

  /** The network or the computer is back: connect now instead of waiting, or ask whether the connection lives. */
  nudge(): void {
    if (!this.#imposedWait) this.#wake?.();
    if (this.send(PING)) this.#dieIn(DOUBT_TIMEOUT_MS);
  }

  /** Ends the connection for good, with 1000. */
  end(): void {
    this.#over = true;
    this.#stopTimers();
    this.#socket.close();
    this.#wake?.();
  }

  async #nextPlan(): ReturnType<ConnectionHandlers["prepare"]> {
    for (;;) {
      await this.#pause();
      if (this.#over) return { url: "", protocols: [] };
      try {
        return await this.#handlers.prepare();
      } catch {
        this.#lost();
      }
    }
  }

  #pause(): Promise<void> {
    if (this.#delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#delayMs = 0;
        resolve();
      };
      const timer = setTimeout(this.#wake, this.#delayMs);
    });
  }

  #opened(): void {
    this.#refusal = undefined;
    this.#openedAt = this.#environment.now();
    this.#dieIn(WELCOME_TIMEOUT_MS);
    this.#pings = setInterval(() => {
      if (this.send(PING)) this.#dieIn(PONG_TIMEOUT_MS);
    }, PING_EVERY_MS);
  }

  #heard(data: unknown): void {
    if (this.#over) return;
    clearTimeout(this.#deadline);
    const frames = decodeFrames(data);
    for (const frame of frames) if (frame.type === "error" && frame.code in REFUSALS) this.#refusal = frame;
    if (frames.length > 0) this.#handlers.received(frames);
  }

  #dieIn(ms: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#socket.reconnect(), ms);
  }

  /** Decides whether partysocket connects again; it asks before its `close` event. */
  #closed(event: { readonly code: number }): boolean {
    this.#stopTimers();
    if (this.#over) return false;
    // A failed attempt comes from partysocket as a close of its own making with code 1000, which is not the room's.
    const code = event instanceof SyntheticClose ? ABNORMAL : event.code;
    const rule = afterClose(code, this.#refusal);
    this.#refusal = undefined;
    if (rule.final) {
      this.#over = true;
      this.#handlers.ended(rule, code);
      return false;
    }
    this.#lost(rule);
    return true;
  }

  #lost({ retryAfterMs, message }: Extract<AfterClose, { final: false }> = { final: false }): void {
    const { now, random } = this.#environment;
    if (this.#openedAt !== undefined && now() - this.#openedAt >= STABLE_MS) this.#attempt = 0;
    this.#openedAt = undefined;
    this.#imposedWait = retryAfterMs !== undefined;
    this.#delayMs = reconnectDelay(this.#attempt, random(), retryAfterMs);
    this.#attempt++;
    this.#handlers.down({ attempt: this.#attempt, delayMs: this.#delayMs, message });
  }

  #stopTimers(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#deadline);
  }
}
