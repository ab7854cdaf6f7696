/** What people here are to be told with the next tick, beside the messages that they send. */
import type { Typist } from "./bundle.ts";
import type { Outcome } from "./commit.ts";
import type { Connection } from "./connection.ts";
import type { Coming } from "./everybody.ts";
import { TYPING_EVENTS_PER_TICK } from "./limits.ts";
import { PresenceQueue } from "./presence.ts";
import type { Notice, Typing } from "./protocol.ts";
import type { Arrival } from "./take.ts";
import { type Composition, compose, noticeOf } from "./tick.ts";

export class News {
  /** From other replicas, in the order of their logs. */
  #arrivals: Arrival[] = [];
  #notices: Notice["code"][] = [];
  readonly #presence = new PresenceQueue();
  readonly #typing = new Map<Connection, boolean>();
  readonly #remoteTyping = new Map<string, Typing>();

  /** Something is in the log that nobody was told. */
  get isBehindLog(): boolean {
    return this.#arrivals.length > 0;
  }

  arrived(arrivals: readonly Arrival[]): void {
    this.#arrivals.push(...arrivals);
  }

  notice(code: Notice["code"]): void {
    this.#notices.push(code);
  }

  /** @param userCount after it */
  presence(change: Coming, userCount: number): void {
    this.#presence.add(change, userCount);
  }

  /** False when there is no room for one more this time. */
  typed(connection: Connection, isTyping: boolean): boolean {
    if (this.#typing.size >= TYPING_EVENTS_PER_TICK && !this.#typing.has(connection)) return false;
    this.#typing.set(connection, isTyping);
    return true;
  }

  typedElsewhere(typists: readonly Typist[]): void {
    for (const [userId, username, isTyping] of typists)
      if (this.#remoteTyping.size < TYPING_EVENTS_PER_TICK)
        this.#remoteTyping.set(userId, { type: "typing", userId, username, isTyping });
  }

  forget(connection: Connection): void {
    this.#typing.delete(connection);
  }

  /** Who types here, for the other replicas. */
  get typists(): Typist[] {
    return [...this.#typing].map(([{ userId, username }, isTyping]) => [userId, username, isTyping]);
  }

  /** Everything to tell now; then there is nothing more. */
  take(outcomes: readonly Outcome[], userCount: number): Composition {
    const composition = compose({
      outcomes,
      arrivals: this.#arrivals,
      notices: this.#notices.map(noticeOf),
      presence: this.#presence.take(userCount),
      typing: this.#typing,
      remoteTyping: this.#remoteTyping,
    });
    this.#arrivals = [];
    this.#notices = [];
    this.#typing.clear();
    this.#remoteTyping.clear();
    return composition;
  }
}
