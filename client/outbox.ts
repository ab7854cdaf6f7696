import type { ErrorCode } from "../worker/room/protocol.ts";

/**
 * Messages on their way. `queued` waits for a connection or its turn, `sent` for its acknowledgement, `limited` for
 * the rate limit. `acknowledged` is durable and leaves when the message itself arrives. `unconfirmed` may or may not
 * have been stored and is not sent again by itself; `failed` was refused.
 */
export type EntryState = "queued" | "sent" | "limited" | "acknowledged" | "unconfirmed" | "failed";

export interface OutboxEntry {
  /** Names the entry on this client; the random part of its `clientId`. */
  readonly key: string;
  readonly message: string;
  readonly state: EntryState;
  /** When it first went out, ms by the server's clock. Undefined: it never did, so it cannot be there twice. */
  readonly createdAt?: number | undefined;
  /** Set in state `limited`: not before, ms by the server's clock. */
  readonly retryAt?: number | undefined;
  /** Set in state `acknowledged`. */
  readonly id?: string | undefined;
  /** Set in state `failed`, and in `unconfirmed` when the server said why. */
  readonly problem?: { readonly code: ErrorCode; readonly message: string } | undefined;
}

/**
 * Sent and not yet acknowledged at once. The usual allowance of a minute: more would only be refused, and a refusal
 * costs a frame both ways.
 */
const MAX_IN_FLIGHT = 10;
/** Wait after `rate_limited` when the server names none, ms. */
const DEFAULT_RETRY_AFTER_MS = 5_000;

export const clientIdOf = ({ key, createdAt = 0 }: OutboxEntry): string => `${createdAt.toString(36)}-${key}`;
export const keyOf = (clientId: string): string => clientId.slice(clientId.indexOf("-") + 1);

export class Outbox {
  #entries: OutboxEntry[];

  /** Starts with what an earlier life of this client left: what was on its way then may have arrived. */
  constructor(left: readonly OutboxEntry[] = []) {
    this.#entries = left.map((entry) => (entry.state === "sent" ? { ...entry, state: "queued" } : entry));
  }

  /** In the order in which they were written. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  add(message: string, key: string): OutboxEntry {
    const entry: OutboxEntry = { key, message, state: "queued" };
    this.#entries.push(entry);
    return entry;
  }

  /** What to send now, in order. They count as sent. Those too old to send again become unconfirmed first. */
  take(serverNow: number, resendWindowMs: number): OutboxEntry[] {
    const taken: OutboxEntry[] = [];
    let room = MAX_IN_FLIGHT - this.#entries.filter(({ state }) => state === "sent").length;
    for (const entry of [...this.#entries]) {
      if (entry.state !== "queued" && entry.state !== "limited") continue;
      if (entry.createdAt !== undefined && serverNow - entry.createdAt >= resendWindowMs) {
        this.#set({ ...entry, state: "unconfirmed", retryAt: undefined });
        continue;
      }
      // What was written later waits too: messages keep the order in which they were written.
      if (room-- <= 0 || (entry.retryAt ?? 0) > serverNow) break;
      const sent = {
        ...entry,
        state: "sent",
        createdAt: entry.createdAt ?? serverNow,
        retryAt: undefined,
      } as const;
      this.#set(sent);
      taken.push(sent);
    }
    return taken;
  }

  /** Ms until `take` has something to give that waits for time alone; undefined when nothing does. */
  dueIn(serverNow: number): number | undefined {
    const next = this.#entries.find(({ state }) => state === "queued" || state === "limited");
    return next?.retryAt === undefined ? undefined : Math.max(0, next.retryAt - serverNow);
  }

  /** The connection is gone: what had no answer goes again on the next one, under the same `clientId`. */
  disconnected(): void {
    this.#replaceWhere(
      ({ state }) => state === "sent",
      (entry) => ({ ...entry, state: "queued" }),
    );
  }

  /** Another user now: what was sent before may be stored under the old one, and the new one would double it. */
  identityLost(): void {
    this.#replaceWhere(
      ({ state, createdAt }) => createdAt !== undefined && state !== "failed" && state !== "acknowledged",
      (entry) => ({ ...entry, state: "unconfirmed", retryAt: undefined }),
    );
  }

  /** Returns the entry, or undefined for a `clientId` that is not ours. */
  acknowledge(clientId: string, id: string): OutboxEntry | undefined {
    const entry = this.#byClientId(clientId);
    if (entry === undefined) return undefined;
    return this.#set({
      key: entry.key,
      message: entry.message,
      createdAt: entry.createdAt,
      state: "acknowledged",
      id,
    });
  }

  /** The message itself is here: its entry has done its work. Known by `clientId`, or by the id of its `ack`. */
  arrived(id: string, clientId?: string): OutboxEntry | undefined {
    const entry =
      (clientId === undefined ? undefined : this.#byClientId(clientId)) ??
      this.#entries.find((candidate) => candidate.id === id);
    if (entry !== undefined) this.discard(entry.key);
    return entry;
  }

  /** Acknowledged ones that a fresh start of the timeline will not show any more. */
  forgetAcknowledged(): void {
    this.#entries = this.#entries.filter(({ state }) => state !== "acknowledged");
  }

  refuse(
    clientId: string,
    problem: { readonly code: ErrorCode; readonly message: string },
    serverNow: number,
    retryAfterMs = DEFAULT_RETRY_AFTER_MS,
  ): OutboxEntry | undefined {
    const entry = this.#byClientId(clientId);
    if (entry?.state !== "sent") return undefined;
    const { code, message } = problem;
    if (code === "rate_limited")
      return this.#set({ ...entry, state: "limited", retryAt: serverNow + retryAfterMs });
    return this.#set({
      ...entry,
      state: code === "too_old" ? "unconfirmed" : "failed",
      problem: { code, message },
    });
  }

  /** Gives up on an entry; undefined when there is none of that key. */
  discard(key: string): OutboxEntry | undefined {
    const entry = this.#entries.find((candidate) => candidate.key === key);
    this.#entries = this.#entries.filter((candidate) => candidate !== entry);
    return entry;
  }

  #byClientId(clientId: string): OutboxEntry | undefined {
    const entry = this.#entries.find(({ key }) => key === keyOf(clientId));
    return entry && clientIdOf(entry) === clientId ? entry : undefined;
  }

  #set(entry: OutboxEntry): OutboxEntry {
    this.#entries = this.#entries.map((old) => (old.key === entry.key ? entry : old));
    return entry;
  }

  #replaceWhere(match: (entry: OutboxEntry) => boolean, change: (entry: OutboxEntry) => OutboxEntry): void {
    this.#entries = this.#entries.map((entry) => (match(entry) ? change(entry) : entry));
  }
}
