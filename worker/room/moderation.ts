/** Taking messages and people out of a room. */
import type { Committer } from "./commit.ts";
import type { Host } from "./host.ts";
import type { Ban } from "./hub-port.ts";
import type { Life } from "./life.ts";
import { BAN_SECONDS, COPY_WINDOW_MS } from "./limits.ts";
import { msOf, orderAt } from "./order.ts";
import type { Deletion } from "./protocol.ts";
import type { Slots } from "./slots.ts";
import type { RoomStore } from "./store.ts";

export interface Bench {
  readonly life: Life;
  readonly store: RoomStore;
  readonly host: Host;
  readonly committer: Committer;
  readonly slots: Slots;
  /** The ban is over then. */
  readonly endBan: (until: number) => void;
}

export class Moderation {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** Empties a message for good. `gone`: it was before; undefined: the room holds no such message. */
  remove(id: string): Deletion | "gone" | undefined {
    const { life, store, host, committer } = this.#bench;
    const deletion = { id, origin: life.origin, seq: committer.nextSeq() };
    const removed = store.transaction(() => store.log.remove(deletion, host.now(), this.#until(id)));
    if (removed === "done") return "gone";
    return removed ? deletion : undefined;
  }

  /** Until when copies of it may come from other replicas; there are none in a room of one region. */
  #until(id: string): string {
    const { store, slots } = this.#bench;
    const copy = slots.governed ? store.replica.copyOf(id) : undefined;
    return copy === undefined ? "" : orderAt(msOf(copy.order) + COPY_WINDOW_MS);
  }

  banFor(userId: string, seconds: number): void {
    const now = this.#bench.host.now();
    this.ban({ userId, until: now + Math.min(Math.ceil(seconds), BAN_SECONDS) * 1000, at: now });
  }

  ban({ userId, until, at }: Ban): void {
    this.#bench.store.bans.set(userId, until, at);
    this.#bench.endBan(until);
  }
}
