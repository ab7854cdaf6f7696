/** One WebSocket between a client and a replica: in order both ways, and cut at any moment. */
import type { MemberState, Socket } from "../../../worker/room/connection.ts";
import type { Random } from "../engine/random.ts";
import type { World } from "../engine/world.ts";

/** ms between two raw pings of a v1 client (client/connection.ts). */
const PING_MS = 30_000;
const ABNORMAL = 1006;

/** The client's end. */
export interface ClientEnd {
  readonly name: string;
  received(link: Link, text: string): void;
  closed(link: Link, code: number): void;
}

/** The replica's end. */
export interface ServerEnd {
  readonly name: string;
  output(send: () => void): void;
  message(link: Link, text: string): void;
  /** The client went away. */
  gone(link: Link): void;
}

export class Link implements Socket {
  readonly client: ClientEnd;
  readonly server: ServerEnd;
  readonly plain: boolean;
  /** Whether the server still has the socket: it counts as a connection of the room. */
  serverOpen = false;
  clientOpen = true;
  /** What the server keeps with the socket through a sleep. */
  state: MemberState | undefined;
  readonly #world: World;
  readonly #random: Random;
  /** ms that one frame takes, each time anew. */
  readonly #delay: () => number;
  readonly #openedAt: number;
  /** A close is on its way to the client. */
  #closeSent = false;
  #silentFrom = Number.POSITIVE_INFINITY;
  #upAt = 0;
  #downAt = 0;
  /** Frames on the way that would arrive later are lost. */
  #upUntil = Number.POSITIVE_INFINITY;
  #downUntil = Number.POSITIVE_INFINITY;

  constructor(
    world: World,
    client: ClientEnd,
    server: ServerEnd,
    plain: boolean,
    delay: () => number,
    random: Random,
  ) {
    this.#world = world;
    this.client = client;
    this.server = server;
    this.plain = plain;
    this.#delay = delay;
    this.#random = random;
    this.#openedAt = world.now;
  }

  /** The client's request or frame on its way up. */
  up(arrive: () => void): void {
    this.#upAt = Math.max(this.#upAt, this.#world.now + this.#delay());
    const at = this.#upAt;
    this.#world.after(at - this.#world.now, () => {
      if (at <= this.#upUntil) arrive();
    });
  }

  say(text: string): void {
    this.up(() => {
      if (this.serverOpen) this.server.message(this, text);
    });
  }

  /** From the server: held by the output gate. */
  send(text: string): void {
    if (!this.serverOpen) throw new Error("The socket is closed");
    this.server.output(() => this.#down(() => this.client.received(this, text)));
  }

  close(code: number): void {
    if (!this.serverOpen) return;
    this.serverOpen = false;
    this.server.output(() => {
      this.#closeSent = true;
      this.#down(() => this.#closeClient(code));
    });
  }

  buffered(): number {
    return 0;
  }

  pingedAt(): number {
    if (this.plain) return 0;
    const heard = Math.min(this.#world.now, this.#silentFrom) - this.#openedAt;
    return heard < PING_MS ? 0 : this.#openedAt + Math.floor(heard / PING_MS) * PING_MS;
  }

  save(state: MemberState | undefined): void {
    this.state = state;
  }

  /** The server's memory is gone, or it refuses: what is on its way may still arrive. */
  cutByServer(): void {
    if (this.#closeSent) return;
    this.serverOpen = false;
    const noticed = this.#random.between(0, 2 * this.#delay() + 500);
    this.#downUntil = this.#world.now + this.#random.between(0, noticed);
    this.#world.after(noticed, () => this.#closeClient(ABNORMAL));
  }

  /** The object died over the request. */
  failRequest(): void {
    this.serverOpen = false;
    this.#world.after(this.#delay(), () => this.#closeClient(ABNORMAL));
  }

  /** The server lets the client in; if that went away meanwhile, the server hears of it. */
  admit(): void {
    this.serverOpen = true;
    if (!this.clientOpen) this.#world.after(this.#delay(), () => this.#closeServer());
  }

  /** The client closes: what it sent arrives, then the server hears of it. */
  leave(): void {
    if (!this.clientOpen) return;
    this.clientOpen = false;
    this.up(() => this.#closeServer());
  }

  /** The connection breaks, and the server notices after so long. */
  breakOff(noticedMs: number): void {
    if (!this.clientOpen) return;
    this.clientOpen = false;
    this.#silentFrom = this.#world.now;
    this.#upUntil = this.#world.now + this.#random.between(0, this.#delay());
    this.#world.after(noticedMs, () => this.#closeServer());
  }

  #closeServer(): void {
    if (!this.serverOpen) return;
    this.serverOpen = false;
    this.server.gone(this);
  }

  #down(arrive: () => void): void {
    this.#downAt = Math.max(this.#downAt, this.#world.now + this.#delay());
    const at = this.#downAt;
    this.#world.after(at - this.#world.now, () => {
      if (this.clientOpen && at <= this.#downUntil) arrive();
    });
  }

  #closeClient(code: number): void {
    if (!this.clientOpen) return;
    this.clientOpen = false;
    this.client.closed(this, code);
  }
}
