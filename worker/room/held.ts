/** Entries whose order is too far ahead of our clock: kept from people, and from cursors, until time catches up. */
import type { Host } from "./host.ts";
import { CLOCK_TOLERANCE_MS } from "./limits.ts";
import { msOf, orderAt } from "./order.ts";
import type { RoomStore } from "./store.ts";
import type { Arrival } from "./take.ts";

export class HeldEntries {
  readonly #store: RoomStore;
  readonly #host: Pick<Host, "now">;

  constructor(store: RoomStore, host: Pick<Host, "now">) {
    this.#store = store;
    this.#host = host;
  }

  /** When the first of them may be shown, Unix ms; undefined while there is none. */
  get due(): number | undefined {
    if (this.#store.log.heads().every(({ seq, shown }) => shown === seq)) return undefined;
    const earliest = this.#store.replica.earliestHeld();
    return earliest === undefined ? undefined : msOf(earliest) - CLOCK_TOLERANCE_MS + 1;
  }

  /** Those that may be shown now. */
  release(): Arrival[] {
    const ceiling = orderAt(this.#host.now() + CLOCK_TOLERANCE_MS);
    const { entries, deletions } = this.#store.transaction(() => this.#store.replica.release(ceiling));
    return [
      ...entries.map((entry): Arrival => ({ kind: "entry", entry, replaces: false })),
      // Behind every entry of its origin: what is held is a tail.
      ...deletions.map((deletion): Arrival => ({ kind: "deletion", deletion })),
    ];
  }

  /**
   * A deletion that lies behind a held entry is told at once, but must not move cursors past the entry: it is told again
   * at its true place when the entry is released.
   */
  before(arrivals: readonly Arrival[]): readonly Arrival[] {
    const held = this.#store.log.heads().filter(({ seq, shown }) => shown < seq);
    if (held.length === 0) return arrivals;
    const shown = new Map(held.map((head) => [head.origin, head.shown]));
    return arrivals.map((arrival) => {
      if (arrival.kind === "entry") return arrival;
      const { deletion } = arrival;
      const seq = Math.min(deletion.seq, shown.get(deletion.origin) ?? deletion.seq);
      return { kind: "deletion", deletion: { ...deletion, seq } };
    });
  }
}
