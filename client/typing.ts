/** Says "typing" no more often than the room takes it, and forgets who stopped without saying so. */

/** While somebody types, it is said again this often, ms. The room takes one a second. */
const REPEAT_MS = 3_000;
/** Somebody who has not said it again for so long has stopped, ms: two repeats, one may be lost. */
const EXPIRES_MS = 7_000;

export class TypingSender {
  #lastSent = Number.NEGATIVE_INFINITY;
  #told = false;

  /** True when it is to be sent now. */
  should(isTyping: boolean, now: number): boolean {
    if (!isTyping && !this.#told) return false;
    if (isTyping && this.#told && now - this.#lastSent < REPEAT_MS) return false;
    this.#told = isTyping;
    this.#lastSent = now;
    return true;
  }

  /** A message or a lost connection ends it for the others as well. */
  reset(): void {
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
