import {
  type ChatMessage,
  type ClientFrame,
  type Roster,
  SESSION_PREFIX,
  type ServerFrame,
  SUBPROTOCOL,
  TICKET_PREFIX,
  type Welcome,
} from "../worker/room/protocol.ts";
import type { ChatEvents, ConnectionState, ReceivedMessage, Sent } from "./chat-events.ts";
import type { OfflineReason } from "./close-rule.ts";
import { Connection } from "./connection.ts";
import { Delivery } from "./delivery.ts";
import { Emitter } from "./emitter.ts";
import { fetchHistory, type HistoryPage } from "./history.ts";
import type { OutboxEntry } from "./outbox.ts";
import { RoomView } from "./room-view.ts";
import { RosterRequest } from "./roster-request.ts";
import type { ChatStorage } from "./storage.ts";
import { TypingSender, type TypingUser } from "./typing.ts";

export interface ChatClientOptions {
  /** Where the chat is: `https://chat.example.com`, or `wss:`; a path below which it lives is kept. */
  readonly url: string | URL;
  readonly room: string;
  /** 1..32 code points; without it the room says `Anonymous`. A resumed session keeps its first name. */
  readonly username?: string;
  /** For rooms with tickets: a JWT, or a function that is asked for a fresh one before each connection. */
  readonly ticket?: string | (() => string | Promise<string>);
  /** Keeps session, cursor and unsent messages over a reload or restart. */
  readonly storage?: ChatStorage;
  /** Milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
  /** In [0, 1); `Math.random` unless given. */
  readonly random?: () => number;
  readonly WebSocket?: typeof WebSocket;
  readonly fetch?: typeof fetch;
}

/** One user in one room, over as many connections as it takes. Connects by itself; `close` ends it. */
export class ChatClient extends Emitter<ChatEvents> {
  readonly #options: ChatClientOptions;
  readonly #base: URL;
  readonly #now: () => number;
  readonly #view: RoomView;
  readonly #delivery: Delivery;
  readonly #connection: Connection;
  readonly #roster: RosterRequest;
  readonly #typing = new TypingSender();
  #state: ConnectionState = { status: "connecting" };
  #session: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last `welcome`: region, version, limits. */
  room: Welcome | undefined;

  constructor(options: ChatClientOptions) {
    super();
    this.#options = options;
    this.#base = baseOf(options.url);
    this.#now = options.now ?? Date.now;
    const stored = options.storage?.load();
    this.#session = stored?.session;
    this.#view = new RoomView(stored?.cursor, stored?.userId);
    this.#delivery = new Delivery(stored?.outbox, this.#now);
    this.#roster = new RosterRequest(this.#now, () => this.#transmit({ type: "who" }));
    this.#connection = new Connection(
      {
        prepare: () => this.#prepare(),
        received: (frames) => this.#received(frames),
        down: ({ attempt, delayMs, message }) => {
          this.#delivery.disconnected();
          this.#typing.reset();
          this.#view.typing.clear();
          this.#setState({ status: "reconnecting", attempt, retryAt: this.#now() + delayMs, message });
          this.#emitChange();
        },
        ended: ({ reason, message }, code) => this.#end(reason, code, message),
      },
      { now: this.#now, random: options.random ?? Math.random, WebSocket: options.WebSocket },
    );
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The messages at hand in the room's order, oldest first. */
  get messages(): readonly ChatMessage[] {
    return this.#view.timeline.messages;
  }

  /** What this client wrote and the room has not shown yet, in the order of writing. */
  get pending(): readonly OutboxEntry[] {
    return this.#delivery.entries;
  }

  /** The server's clock as learnt from the last `welcome`, ms. */
  get serverNow(): number {
    return this.#delivery.serverNow;
  }

  get userId(): string | undefined {
    return this.#view.userId;
  }

  get userCount(): number {
    return this.#view.userCount;
  }

  get typingUsers(): readonly TypingUser[] {
    return this.#view.typing.users;
  }

  /**
   * Takes a message for sending: now, or when there is a connection again.
   * @throws RangeError when it is empty or longer than the room takes; Error when the client is offline for good
   */
  send(message: string): Sent {
    if (this.#state.status === "offline") throw new Error(`Not in the room any more: ${this.#state.message}`);
    const sent = this.#delivery.add(message);
    this.#typing.reset();
    this.#flush();
    this.#emitChange();
    return sent;
  }

  /** Sends a failed or unconfirmed message as a new one: if the first did arrive, it is there twice. */
  resend(key: string): Sent | undefined {
    const entry = this.discard(key);
    return entry && this.send(entry.message);
  }

  /** Forgets a pending message. One that was on its way may still appear. */
  discard(key: string): OutboxEntry | undefined {
    const entry = this.#delivery.discard(key);
    this.#save();
    this.#emitChange();
    return entry;
  }

  /** Call it with every key stroke: it says so to the room no oftener than useful. */
  typing(isTyping: boolean): void {
    if (this.#state.status !== "online") return;
    this.#typing.want(isTyping, this.#now());
    this.#sayTyping();
  }

  /** Who is here, at most 200. Rejects when the client ends first. */
  who(): Promise<Roster> {
    return this.#roster.ask(this.#state.status === "online");
  }

  /** A page of older messages, before an `order` or the newest, which also join `messages`. */
  async history(before?: string, limit = 50): Promise<HistoryPage> {
    const { ticket, room, fetch: ask = fetch } = this.#options;
    // A session ends 24 h after the last connect; a ticket from a function is always fresh.
    const token =
      typeof ticket === "string" ? (this.#session ?? ticket) : ticket && (await readTicket(ticket));
    const page = await fetchHistory(ask, { base: this.#base, room, before, limit, token });
    if (this.#view.timeline.backfill(page.messages) > 0) this.#emitChange();
    return page;
  }

  /** Drops the oldest messages at hand; `history` brings them back. Returns how many. */
  trim(limit?: number): number {
    return this.#view.timeline.trim(limit);
  }

  /** The network or the computer is back: connect now, or find out whether the connection still lives. */
  nudge(): void {
    this.#connection.nudge();
  }

  /** Leaves the room for good. What is pending stays in the storage, if there is one. */
  close(): void {
    if (this.#state.status === "offline") return;
    this.#connection.end();
    this.#end("closed", 1000, "Closed by this client.");
  }

  async #prepare(): Promise<{ url: string; protocols: string[] }> {
    const { room, username, ticket } = this.#options;
    const url = new URL(`chat/${encodeURIComponent(room)}`, this.#base);
    url.protocol = this.#base.protocol.replace("http", "ws");
    if (username !== undefined) url.searchParams.set("username", username);
    if (this.#session !== undefined && !this.#view.cursor.empty)
      url.searchParams.set("since", this.#view.cursor.toString());
    const protocols: string[] = [SUBPROTOCOL];
    if (this.#session !== undefined) protocols.push(SESSION_PREFIX + this.#session);
    if (ticket !== undefined) protocols.push(TICKET_PREFIX + (await readTicket(ticket)));
    return { url: url.href, protocols };
  }

  #received(frames: readonly ServerFrame[]): void {
    let changed = false;
    for (const frame of frames) changed = this.#receive(frame) || changed;
    this.#flush();
    if (changed) this.#emitChange();
  }

  /** Returns true when something that is shown changed. */
  #receive(frame: ServerFrame): boolean {
    if (frame.type === "welcome") return this.#welcome(frame);
    const { fresh, changed } = this.#view.receive(frame, this.#now());
    for (const message of fresh) this.#announce(message, "live");
    switch (frame.type) {
      case "chat_message":
        return this.#delivery.arrived(frame) || changed;
      case "ack":
        this.#delivery.acknowledged(frame, this.#view.timeline.has(frame.id));
        this.emit("ack", frame);
        return true;
      case "error":
        this.emit("error", frame);
        return this.#delivery.refused(frame);
      case "message_deleted":
        this.#delivery.arrived({ id: frame.id });
        this.emit("deleted", { id: frame.id });
        return changed;
      case "user_joined":
      case "user_left":
        this.emit("presence", frame);
        return changed;
      case "typing":
        if (changed) this.emit("typing", this.typingUsers);
        return changed;
      case "roster":
        this.#roster.answered(frame);
        this.emit("roster", frame);
        return changed;
      case "notice":
        this.emit("notice", frame);
        return changed;
      default:
        return changed;
    }
  }

  #welcome(frame: Welcome): true {
    const before = this.#view.userId;
    this.#session = frame.session;
    this.room = frame;
    const { fresh } = this.#view.welcome(frame);
    for (const message of frame.recentMessages) this.#delivery.arrived(message);
    this.#delivery.welcome(frame, before === undefined || before === frame.userId);
    this.#setState({ status: "online" });
    this.emit("welcome", frame);
    for (const message of fresh) this.#announce(message, frame.recovered ? "replay" : "recent");
    this.#roster.reconnected();
    return true;
  }

  #announce(message: ChatMessage, via: ReceivedMessage["via"]): void {
    this.emit("message", { message, mine: message.userId === this.userId, via });
  }

  /** Sends what may go now and keeps the outbox, so that a `clientId` is on record before it is on the wire. */
  #flush(): void {
    const taken = this.#state.status === "online" ? this.#delivery.take() : [];
    this.#save();
    for (const message of taken) this.#transmit({ type: "chat_message", ...message });
    this.#schedule();
  }

  #sayTyping(): void {
    const isTyping = this.#typing.take(this.#now());
    if (isTyping !== undefined) this.#transmit({ type: "typing", isTyping });
    this.#schedule();
  }

  /** One timer for all that waits for time: the rate limit, typing that is to be said, and typing that ends unsaid. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const dues = [
      this.#state.status === "online" ? this.#delivery.dueIn() : undefined,
      this.#typing.dueIn(this.#now()),
      this.#view.typing.dueIn(this.#now()),
    ].filter((due) => due !== undefined);
    if (dues.length === 0) return;
    this.#timer = setTimeout(
      () => {
        if (this.#view.typing.expire(this.#now())) this.emit("typing", this.typingUsers);
        this.#sayTyping();
        this.#flush();
        this.#emitChange();
      },
      Math.min(...dues),
    );
  }

  #transmit(frame: ClientFrame): void {
    this.#connection.send(JSON.stringify(frame));
  }

  #save(): void {
    this.#options.storage?.save({
      session: this.#session,
      userId: this.#view.userId,
      cursor: this.#view.cursor.empty ? undefined : this.#view.cursor.toString(),
      outbox: this.#delivery.entries,
    });
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.emit("state", state);
  }

  #emitChange(): void {
    this.emit("change", undefined);
  }

  #end(reason: OfflineReason, code: number, message: string): void {
    clearTimeout(this.#timer);
    this.#delivery.end({ status: "unconfirmed", code: reason, message });
    this.#view.typing.clear();
    this.#roster.end();
    this.#save();
    this.#setState({ status: "offline", reason, code, message });
    this.#emitChange();
  }
}

const readTicket = async (ticket: NonNullable<ChatClientOptions["ticket"]>): Promise<string> =>
  typeof ticket === "function" ? ticket() : ticket;

/** `new URL("chat/x", base)` replaces what follows the last slash of the base. */
function baseOf(url: string | URL): URL {
  const base = new URL(url);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}
