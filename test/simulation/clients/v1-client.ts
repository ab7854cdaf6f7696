/** A v1 client: the client library's own outbox, cursor and timeline, with virtual sockets and time around them. */
import { reconnectDelay } from "../../../client/backoff.ts";
import { afterClose } from "../../../client/close-rule.ts";
import { Delivery } from "../../../client/delivery.ts";
import { decodeFrames } from "../../../client/frames.ts";
import { RoomView } from "../../../client/room-view.ts";
import { type ErrorFrame, REFUSALS, type ServerFrame, type Welcome } from "../../../worker/room/protocol.ts";
import type { Random } from "../engine/random.ts";
import type { World } from "../engine/world.ts";
import type { ClientEnd, Link } from "./link.ts";
import type { Surroundings } from "./surroundings.ts";

/** As in client/connection.ts, ms. */
const WELCOME_TIMEOUT_MS = 15_000;
const STABLE_MS = 5_000;

export class V1Client implements ClientEnd {
  readonly name: string;
  place: string;
  view = new RoomView();
  delivery: Delivery;
  /** Wants to be in the room. */
  present = false;
  online = false;
  /** A moderator, or the room's policy, ended it. */
  ended: string | undefined;
  region: string | undefined;
  /** The oldest message of the last fresh start: from there on it must show everything. */
  shownFrom = "";
  readonly #world: World;
  readonly #around: Surroundings;
  readonly #random: Random;
  readonly #clockMs: number;
  #hasSession = false;
  #link: Link | undefined;
  #refusal: ErrorFrame | undefined;
  #attempt = 0;
  #openedAt: number | undefined;
  #asleepUntil = 0;
  #timer: (() => void) | undefined;
  #sendTimer: (() => void) | undefined;
  #lastSent: string | undefined;
  #keys = 0;
  #lives = 0;

  constructor(world: World, name: string, place: string, clockMs: number, around: Surroundings) {
    this.#world = world;
    this.name = name;
    this.place = place;
    this.#clockMs = clockMs;
    this.#around = around;
    this.#random = world.random(`client ${name}`);
    this.delivery = this.#newDelivery();
  }

  get userId(): string {
    return `${this.name}.${this.#lives}`;
  }

  come(): void {
    if (this.present || this.ended !== undefined) return;
    this.present = true;
    this.#connectIn(0);
  }

  leave(): void {
    if (!this.present) return;
    this.present = false;
    this.#link?.leave();
    this.#down();
  }

  /** The connection breaks; the server notices after `noticedMs`, the client is back in `ms`. */
  drop(ms: number, noticedMs: number): void {
    if (!this.present) return;
    this.#link?.breakOff(noticedMs);
    this.#asleepUntil = this.#world.now + ms;
    this.#down();
    this.#connectIn(ms);
  }

  /** Online again at once, if it slept. */
  wake(): void {
    this.#asleepUntil = 0;
    if (this.present && this.#link === undefined) this.#connectIn(this.#random.between(0, 1_000));
  }

  hop(place: string): void {
    this.place = place;
    if (!this.present) return;
    this.#link?.leave();
    this.#down();
    this.#connectIn(this.#random.between(0, 300));
  }

  /** The storage of the browser is gone: a new user from now on. */
  forget(): void {
    const here = this.present;
    this.leave();
    this.#lives++;
    this.#hasSession = false;
    this.#lastSent = undefined;
    this.view = new RoomView();
    this.delivery = this.#newDelivery();
    this.shownFrom = "";
    if (here) this.come();
  }

  say(text: string): void {
    if (this.ended !== undefined) return;
    this.#around.ledger.wrote(text);
    this.delivery.add(text);
    this.#flush();
  }

  /** Sends the frame that was sent last once more, as a client with a fault would. */
  repeat(): void {
    if (this.online && this.#lastSent !== undefined) this.#link?.say(this.#lastSent);
  }

  type(): void {
    if (this.online) this.#link?.say(JSON.stringify({ type: "typing", isTyping: true }));
  }

  received(link: Link, text: string): void {
    if (link !== this.#link) return;
    for (const frame of decodeFrames(text)) this.#receive(frame);
    this.#flush();
  }

  closed(link: Link, code: number): void {
    if (link !== this.#link) return;
    const rule = afterClose(code, this.#refusal);
    this.#down();
    if (rule.final) {
      this.ended = rule.reason;
      this.present = false;
      this.delivery.end({ status: "unconfirmed", code: rule.reason, message: rule.message });
      return;
    }
    this.#connectIn(reconnectDelay(this.#attempt++, this.#random.next(), rule.retryAfterMs));
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === "welcome") {
      this.#welcome(frame);
      return;
    }
    this.view.receive(frame, this.#now());
    switch (frame.type) {
      case "chat_message":
        this.#around.ledger.saw(this.name, frame.message);
        this.delivery.arrived(frame);
        break;
      case "ack":
        this.#around.ledger.acknowledged(this, frame);
        this.delivery.acknowledged(frame, this.view.timeline.has(frame.id));
        break;
      case "error":
        if (frame.code in REFUSALS) this.#refusal = frame;
        this.delivery.refused(frame);
        break;
      case "message_deleted":
        this.delivery.arrived({ id: frame.id });
        break;
      default:
    }
  }

  #welcome(frame: Welcome): void {
    const before = this.view.userId;
    this.#hasSession = true;
    this.region = frame.region;
    if (!frame.recovered) this.shownFrom = frame.recentMessages[0]?.order ?? "";
    this.view.welcome(frame);
    for (const message of frame.recentMessages) this.delivery.arrived(message);
    this.delivery.welcome(frame, before === undefined || before === frame.userId);
    this.online = true;
    this.#openedAt = this.#world.now;
    this.#world.trace(() => `${this.name}: online in ${frame.region}, recovered ${frame.recovered}`);
  }

  #flush(): void {
    this.#sendTimer?.();
    this.#sendTimer = undefined;
    if (!this.online) return;
    for (const message of this.delivery.take()) {
      const text = JSON.stringify({ type: "chat_message", ...message });
      this.#lastSent = text;
      const seen = this.view.cursor.toString().split("@")[1] ?? "";
      this.#around.ledger.sent(this, message.clientId, message.message, seen);
      this.#link?.say(text);
    }
    const due = this.delivery.dueIn();
    if (due !== undefined) this.#sendTimer = this.#world.after(due, () => this.#flush());
  }

  #connectIn(ms: number): void {
    this.#timer?.();
    this.#timer = this.#world.after(Math.max(ms, this.#asleepUntil - this.#world.now), () => this.#connect());
  }

  #connect(): void {
    this.#timer = undefined;
    if (!this.present) return;
    this.#refusal = undefined;
    const link = this.#around.connect(this, this.place, false, {
      userId: this.userId,
      username: this.name,
      resuming: this.#hasSession,
      ...(this.#hasSession && !this.view.cursor.empty ? { since: this.view.cursor.toString() } : {}),
    });
    this.#link = link;
    this.#timer = this.#world.after(WELCOME_TIMEOUT_MS, () => {
      if (this.#link !== link || this.online) return;
      link.breakOff(this.#random.between(0, 1_000));
      this.closed(link, 1006);
    });
  }

  #down(): void {
    if (this.#openedAt !== undefined && this.#world.now - this.#openedAt >= STABLE_MS) this.#attempt = 0;
    this.#openedAt = undefined;
    this.#timer?.();
    this.#timer = undefined;
    this.#link = undefined;
    this.online = false;
    this.region = undefined;
    this.delivery.disconnected();
    this.view.typing.clear();
  }

  #newDelivery(): Delivery {
    return new Delivery(
      undefined,
      () => this.#now(),
      () => `${this.name}${this.#lives}-${String(++this.#keys).padStart(8, "0")}`,
    );
  }

  #now(): number {
    return Math.floor(this.#world.now + this.#clockMs);
  }
}
