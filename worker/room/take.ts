/**
 * Takes what another replica sent into the log, within a transaction of the caller. Everything merges: a bundle that
 * comes twice, late, or with a part missing changes nothing that it should not.
 */
import type { Bundle, BundleDeletion, BundleEntry, BundleMove, Part } from "./bundle.ts";
import { CLOCK_TOLERANCE_MS, RATE_WINDOW_MS } from "./limits.ts";
import { laterOf, ORDER_ZERO, orderAt } from "./order.ts";
import type { Deletion } from "./protocol.ts";
import type { Entry, PlaceState, RoomStore } from "./store.ts";

/** Something that people here are to see. */
export type Arrival =
  | {
      readonly kind: "entry";
      readonly entry: Entry /** They saw another copy of it. */;
      readonly replaces: boolean;
    }
  | { readonly kind: "deletion"; readonly deletion: Deletion };

const seqOf = (arrival: Arrival): number =>
  arrival.kind === "entry" ? arrival.entry.seq : arrival.deletion.seq;

export interface Taken {
  readonly arrivals: readonly Arrival[];
  /** Something was new to us. */
  readonly news: boolean;
  /** A part began above what we hold: something before it is missing. */
  readonly gap: boolean;
  /** We found that one of two copies is the later one: an event in our own log. */
  readonly found: boolean;
  /** Accept times of messages, by user, that count towards the limit here too. */
  readonly accepted: ReadonlyMap<string, readonly number[]>;
}

export interface Taker {
  readonly store: RoomStore;
  /** Our present origin. */
  readonly origin: string;
  readonly now: number;
  /** A place in our own log. */
  readonly nextSeq: () => number;
}

export function takeBundle(taker: Taker, bundle: Bundle): Taken {
  return new Taking(taker, bundle).run();
}

class Taking {
  readonly #taker: Taker;
  readonly #bundle: Bundle;
  readonly #floor: string;
  /** What is still held back when it arrives. */
  readonly #ceiling: string;
  readonly #arrivals: Arrival[] = [];
  readonly #accepted = new Map<string, number[]>();
  /** Per origin that we take: above which `seq`, up to which, and the highest that we drop. */
  readonly #ranges = new Map<string, { readonly part: Part; readonly held: number; dropped: number }>();
  #gap = false;
  #found = false;

  constructor(taker: Taker, bundle: Bundle) {
    this.#taker = taker;
    this.#bundle = bundle;
    this.#floor = laterOf(taker.store.facts.get("floor") ?? ORDER_ZERO, bundle.floor);
    this.#ceiling = orderAt(taker.now + CLOCK_TOLERANCE_MS);
  }

  run(): Taken {
    const { store } = this.#taker;
    const { deletions, moves, entries, parts } = this.#bundle;
    if (this.#floor !== (store.facts.get("floor") ?? ORDER_ZERO)) {
      store.facts.set("floor", this.#floor);
      this.#settle();
    }
    this.#choose(parts);
    if (this.#ranges.size > 0) {
      for (const deletion of deletions) if (this.#wants(deletion)) this.#delete(deletion);
      for (const move of moves) if (this.#wants(move)) this.#move(move);
      for (const entry of entries) if (this.#wants(entry)) this.#enter(entry);
      for (const [origin, { part, held, dropped }] of this.#ranges)
        store.replica.raise(origin, part.upTo, Math.max(dropped, part.trimmed > held ? part.trimmed : 0));
    }
    return {
      // Cursors rise by what is told: within an origin it must come in the order of its log.
      arrivals: this.#arrivals.sort((a, b) => seqOf(a) - seqOf(b)),
      news: this.#ranges.size > 0,
      gap: this.#gap,
      found: this.#found,
      accepted: this.#accepted,
    };
  }

  #choose(parts: readonly Part[]): void {
    if (parts.length === 0) return;
    const heads = new Map(this.#taker.store.log.heads().map(({ origin, seq }) => [origin, seq]));
    for (const part of parts) {
      const held = heads.get(part.origin) ?? 0;
      // The log of our own life is ours alone.
      if (part.origin === this.#taker.origin || part.upTo <= held) continue;
      if (part.after > held) this.#gap = true;
      else this.#ranges.set(part.origin, { part, held, dropped: 0 });
    }
  }

  #wants({ origin, seq }: { readonly origin: string; readonly seq: number }): boolean {
    const range = this.#ranges.get(origin);
    return range !== undefined && seq > range.held && seq <= range.part.upTo;
  }

  #drop({ origin, seq }: { readonly origin: string; readonly seq: number }): void {
    const range = this.#ranges.get(origin);
    if (range !== undefined) range.dropped = Math.max(range.dropped, seq);
  }

  #delete(deletion: BundleDeletion): void {
    const { id, origin, seq, until } = deletion;
    if (until !== "" && until <= this.#floor) {
      this.#drop(deletion);
      return;
    }
    this.#taker.store.replica.delete(deletion);
    this.#arrivals.push({ kind: "deletion", deletion: { id, origin, seq } });
  }

  /** The loser stays to be seen until the winner comes and takes its place. */
  #move(move: BundleMove): void {
    if (move.place <= this.#floor) {
      this.#drop(move);
      return;
    }
    this.#taker.store.replica.mark(move);
    if (move.winner <= this.#floor) this.#settle();
  }

  /** Losers whose winner is history, and will not come. */
  #settle(): void {
    for (const deletion of this.#taker.store.replica.settleMoves(this.#floor))
      this.#arrivals.push({ kind: "deletion", deletion });
  }

  #enter(received: BundleEntry): void {
    const { state: travelled, ...entry } = received;
    const { replica } = this.#taker.store;
    this.#countRate(entry);
    if (entry.order <= this.#floor) {
      this.#drop(entry);
      return;
    }
    if (travelled === 2 || replica.isMarked(entry.order)) {
      replica.put(entry, 2);
      return;
    }
    const copy = replica.copyOf(entry.id);
    if (copy !== undefined && copy.order < entry.order) {
      replica.put(entry, 2);
      this.#mark(entry.order, copy.order);
      return;
    }
    const state = this.#stateOf(entry, travelled);
    if (copy !== undefined) {
      replica.move(copy.order);
      this.#mark(copy.order, entry.order);
    }
    replica.put(entry, state);
    if (state === 0) this.#arrivals.push({ kind: "entry", entry, replaces: copy?.state === 0 });
  }

  #stateOf({ id, order }: Entry, travelled: 0 | 1): PlaceState {
    if (travelled === 1 || this.#taker.store.replica.isDeleted(id)) return 1;
    return order > this.#ceiling ? 3 : 0;
  }

  /** Those who never get to see the winner, because it is trimmed before they hear of it, need to be told. */
  #mark(place: string, winner: string): void {
    const { store, origin, nextSeq } = this.#taker;
    if (store.replica.isMarked(place)) return;
    store.replica.mark({ place, winner, origin, seq: nextSeq() });
    this.#found = true;
  }

  /** By our clock: the other's may be off. */
  #countRate({ userId, timestamp }: Entry): void {
    const { now } = this.#taker;
    if (timestamp <= now - RATE_WINDOW_MS) return;
    const times = this.#accepted.get(userId) ?? [];
    times.push(Math.min(timestamp, now));
    this.#accepted.set(userId, times);
  }
}
