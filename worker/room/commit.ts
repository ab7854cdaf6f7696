/** Takes messages into the log: dedupe, then limit, then append. Runs inside the tick's transaction. */
import type { Connection } from "./connection.ts";
import type { Message } from "./frame.ts";
import type { Life } from "./life.ts";
import { RATE_CACHE_USERS } from "./limits.ts";
import { idFromClient, idFromPlace } from "./message-id.ts";
import type { Clock } from "./order.ts";
import { allRecent, recentTimes, waitMs } from "./rate-log.ts";
import type { Entry, RoomStore, Taken } from "./store.ts";

export interface Pending {
  readonly connection: Connection;
  readonly message: Message;
  /** When it came, Unix ms. */
  readonly arrivedAt: number;
}

export type Outcome = { readonly pending: Pending } & (
  | { readonly kind: "accepted"; readonly entry: Entry }
  | { readonly kind: "duplicate"; readonly id: string; readonly taken: Taken }
  | { readonly kind: "limited"; readonly retryAfterMs: number }
);

export class Committer {
  readonly #store: RoomStore;
  readonly #life: Life;
  readonly #clock: Clock;
  readonly #messagesPerMinute: number;
  /** Beside SQLite, so that a busy user costs one write a tick and no read. */
  readonly #times = new Map<string, number[]>();
  #seq: number;

  constructor(store: RoomStore, life: Life, clock: Clock, messagesPerMinute: number) {
    this.#store = store;
    this.#life = life;
    this.#clock = clock;
    this.#messagesPerMinute = messagesPerMinute;
    this.#seq = store.log.heads().find(({ origin }) => origin === life.origin)?.seq ?? 0;
  }

  /** Our origin is a new one. */
  restart(): void {
    this.#seq = 0;
  }

  /** Messages that another replica accepted of a user, Unix ms. Counts them towards the limit. */
  count(userId: string, times: readonly number[], now: number): void {
    const all = [...this.#recent(userId, now), ...times].sort((a, b) => a - b);
    const recent = recentTimes(all, now);
    this.#times.set(userId, recent);
    this.#store.rates.save(new Map([[userId, recent]]));
  }

  /** A place in this origin's log. One that a failed transaction took is a gap, which is fine. */
  nextSeq(): number {
    return ++this.#seq;
  }

  /** In the order given. Errors of the store pass through: call `forget` then. */
  commit(batch: readonly Pending[], now: number): Outcome[] {
    if (this.#times.size >= RATE_CACHE_USERS) this.#times.clear();
    const ids = batch.map(({ connection: { userId }, message: { clientId } }) =>
      clientId === undefined ? undefined : idFromClient(this.#life.room, userId, clientId),
    );
    const taken = new Map(this.#store.log.taken(ids.filter((id) => id !== undefined)));
    const senders = new Map<string, readonly number[]>();
    const outcomes = batch.map((pending, index) => {
      const outcome = this.#take(pending, ids[index], taken, now);
      if (outcome.kind === "accepted") {
        const { entry } = outcome;
        taken.set(entry.id, entry);
        senders.set(entry.userId, this.#times.get(entry.userId) ?? []);
      }
      return outcome;
    });
    this.#store.rates.save(senders);
    return outcomes;
  }

  /** After a transaction that was undone, memory must not know more than the store. */
  forget(): void {
    this.#times.clear();
  }

  /** @param known the message's id, where its sender gave it one */
  #take(
    pending: Pending,
    known: string | undefined,
    takenBefore: ReadonlyMap<string, Taken>,
    now: number,
  ): Outcome {
    const { connection, message } = pending;
    const { userId, username } = connection;
    const taken = known === undefined ? undefined : takenBefore.get(known);
    if (known !== undefined && taken !== undefined) return { kind: "duplicate", pending, id: known, taken };

    const times = this.#recent(userId, now);
    const retryAfterMs = waitMs(times, this.#messagesPerMinute, now);
    if (retryAfterMs > 0) return { kind: "limited", pending, retryAfterMs };

    times.push(now);
    const seq = this.nextSeq();
    const entry: Entry = {
      id: known ?? idFromPlace(this.#life.room, this.#life.origin, seq),
      userId,
      username,
      message: message.message,
      timestamp: now,
      order: this.#clock.next(now),
      origin: this.#life.origin,
      seq,
    };
    this.#store.log.append(entry);
    return { kind: "accepted", pending, entry };
  }

  #recent(userId: string, now: number): number[] {
    const known = this.#times.get(userId);
    if (known !== undefined && allRecent(known, now)) return known;
    const times = recentTimes(known ?? this.#store.rates.times(userId), now);
    this.#times.set(userId, times);
    return times;
  }
}
