/** Says "typing" no more often than the room takes it, and forgets who stopped without saying so. */

/** The room takes one a second of a connection and drops the rest; a little more for the way, ms. */
const EVERY_MS = 1_100;
/** While somebody types, it is said again this often, ms. */
const REPEAT_MS = 3_000;
/** Somebody who has not said it again for so long has stopped, ms: two repeats, one may be lost. */
const EXPIRES_MS = 7_000;

export class TypingSender {
  #wanted = false;
  #told = false;
  #strokeAt = Number.NEGATIVE_INFINITY;
  #lastSent = Number.NEGATIVE_INFINITY;

  /** Call it with every key stroke, and with false when there is nothing written any more. */
  want(isTyping: boolean, now: number): void {
    this.#wanted = isTyping;
    if (isTyping) this.#strokeAt = now;
  }

  /** What to say now, which then counts as said; undefined for nothing, or nothing yet. */
  take(now: number): boolean | undefined {
    if (this.dueIn(now) !== 0) return undefined;
    this.#told = this.#wanted;
    this.#lastSent = now;
    return this.#told;
  }

  /** Ms until `take` has something to say. */
  dueIn(now: number): number | undefined {
    if (this.#wanted !== this.#told) return Math.max(0, this.#lastSent + EVERY_MS - now);
    const again = this.#wanted && this.#strokeAt > this.#lastSent;
    return again ? Math.max(0, this.#lastSent + REPEAT_MS - now) : undefined;
  }

  /** A message, or a lost connection, ends it for the others as well. */
  reset(): void {
    this.#wanted = false;
    this.#told = false;
  }
}

export interface TypingUser {
  readonly userId: string;
  readonly username: string;
}

export class TypingBoard {
  readonly #until = new Map<string, TypingUser & { readonly until: number }>();

  /** Returns true when the list changed. */
  heard({ userId, username }: TypingUser, isTyping: boolean, now: number): boolean {
    const known = this.#until.has(userId);
    if (!isTyping) return this.#until.delete(userId);
    this.#until.set(userId, { userId, username, until: now + EXPIRES_MS });
    return !known;
  }

  stopped(userId: string): boolean {
    return this.#until.delete(userId);
  }

  clear(): boolean {
    const had = this.#until.size > 0;
    this.#until.clear();
    return had;
  }

  /** Drops those whose time is over; returns true when the list changed. */
  expire(now: number): boolean {
    const over = [...this.#until.values()].filter(({ until }) => until <= now);
    for (const { userId } of over) this.#until.delete(userId);
    return over.length > 0;
  }

  /** Ms until the first expires; undefined when nobody types. */
  dueIn(now: number): number | undefined {
    if (this.#until.size === 0) return undefined;
    return Math.max(0, Math.min(...[...this.#until.values()].map(({ until }) => until)) - now);
  }

  get users(): readonly TypingUser[] {
    return [...this.#until.values()].map(({ userId, username }) => ({ userId, username }));
  }
}
