import type { ChatMessage } from "../worker/room/protocol.ts";

/** Messages kept in memory: the server shows its newest 100, the rest is what came while the client was there. */
const MAX_MESSAGES = 1_000;
/** Deleted ids remembered, so that a late copy or a page of history does not bring one back. */
const MAX_DELETED = 1_000;

export type Placed = "added" | "replaced" | "ignored";

const before = (a: ChatMessage, b: ChatMessage): boolean =>
  a.order < b.order || (a.order === b.order && a.id < b.id);

/** The messages of a room in the one order of all clients, each id once. */
export class Timeline {
  #messages: ChatMessage[] = [];
  readonly #known = new Map<string, ChatMessage>();
  readonly #deleted = new Set<string>();

  /** Oldest first. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** From the room itself: a known id replaces the one shown. */
  place(message: ChatMessage): Placed {
    if (this.#deleted.has(message.id)) return "ignored";
    const known = this.#known.get(message.id);
    if (known !== undefined) this.#take(known);
    this.#put(message);
    return known === undefined ? "added" : "replaced";
  }

  /** From a page of history, which may be older than what the room said since: never replaces. */
  backfill(messages: readonly ChatMessage[]): number {
    const fresh = messages.filter(({ id }) => !this.#known.has(id) && !this.#deleted.has(id));
    for (const message of fresh) this.#put(message);
    return fresh.length;
  }

  /** True when it was shown. */
  remove(id: string): boolean {
    this.#deleted.add(id);
    for (const oldest of this.#deleted) {
      if (this.#deleted.size <= MAX_DELETED) break;
      this.#deleted.delete(oldest);
    }
    const known = this.#known.get(id);
    if (known === undefined) return false;
    this.#take(known);
    return true;
  }

  /**
   * Drops the oldest above the limit; returns how many. By itself only far above it: a reader may be looking at them.
   */
  trim(limit = MAX_MESSAGES): number {
    const surplus = this.#messages.splice(0, Math.max(0, this.#messages.length - limit));
    for (const { id } of surplus) this.#known.delete(id);
    return surplus.length;
  }

  clear(): void {
    this.#messages = [];
    this.#known.clear();
  }

  #put(message: ChatMessage): void {
    this.#known.set(message.id, message);
    // From the end: nearly every message is the newest.
    let at = this.#messages.length;
    for (let left = this.#messages[at - 1]; left && before(message, left); left = this.#messages[at - 1])
      at--;
    this.#messages.splice(at, 0, message);
    if (this.#messages.length > 2 * MAX_MESSAGES) this.trim();
  }

  #take(message: ChatMessage): void {
    this.#known.delete(message.id);
    this.#messages.splice(this.#messages.indexOf(message), 1);
  }
}
