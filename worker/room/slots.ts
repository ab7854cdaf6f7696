/**
 * How many connections may be here. A room of one region has them all; one that its hub governs has those that the hub
 * granted, for as long as it holds them: no time ends a grant.
 */

import type { Host } from "./host.ts";
import type { Claim, Grant, Wish } from "./hub-port.ts";
import { decodeGrant } from "./hub-port.ts";
import type { Life } from "./life.ts";
import { FULL_RETRY_MS, RECALLED_MS, SPARE_SLOTS_MAX, SPARE_SLOTS_MIN } from "./limits.ts";
import type { RoomStore } from "./store.ts";

interface Held {
  readonly n: number;
  readonly holds: number;
}

function heldFrom(text: string | undefined): Held | undefined {
  if (text === undefined) return undefined;
  const [n = Number.NaN, holds = Number.NaN] = text.split("/").map(Number);
  // What cannot be read is no slot: the hub is asked again, under a number above any that a room reaches.
  return Number.isFinite(n) && Number.isFinite(holds)
    ? { n, holds }
    : { n: Number.MAX_SAFE_INTEGER / 2, holds: 0 };
}

export class Slots {
  readonly #store: RoomStore;
  readonly #host: Host;
  readonly #life: Life;
  readonly #alone: number;
  readonly #wentBack: (known: number) => void;
  #held: Held | undefined;
  #asking: Promise<void> | undefined;
  #askedAt = 0;
  #giving = false;
  /** Until when others want what is free here, Unix ms. */
  #wantedUntil = 0;
  /** The hub's last word was that the room is full. */
  full = false;

  /**
   * @param alone the limit of a room that nobody governs
   * @param wentBack the hub knows a later claim of this life than we do: our storage is an older one
   */
  constructor(store: RoomStore, host: Host, life: Life, alone: number, wentBack: (known: number) => void) {
    this.#store = store;
    this.#host = host;
    this.#life = life;
    this.#alone = alone;
    this.#wentBack = wentBack;
    this.#held = heldFrom(store.facts.get("claim"));
  }

  get governed(): boolean {
    return this.#held !== undefined;
  }

  get limit(): number {
    return this.#held?.holds ?? this.#alone;
  }

  /** From now on the hub decides; the slots in use are ours. Nothing where it does already. */
  govern(used: number): void {
    if (this.#held === undefined) this.#hold({ n: 1, holds: used });
  }

  /** A new number, under which answers to earlier ones count no more. Give `holds` to hold less from now on. */
  claim(holds: number = this.limit): Claim {
    const next = { n: (this.#held?.n ?? 0) + 1, holds: Math.min(holds, this.limit) };
    this.#hold(next);
    return { room: this.#life.room, region: this.#life.region, origin: this.#life.origin, ...next };
  }

  /** Of the present number, which stays as it is. */
  get current(): Held {
    return this.#held ?? { n: 0, holds: this.#alone };
  }

  /** After a new origin: what an older storage says of our slots is nothing worth, what is in use is. */
  restart(used: number): void {
    if (this.#held !== undefined) this.#hold({ n: this.#held.n + 1, holds: used });
  }

  wish(used: number): Wish {
    const spare = Math.min(SPARE_SLOTS_MAX, Math.max(SPARE_SLOTS_MIN, Math.ceil(used / 4)));
    return { ...this.claim(), wants: used + spare };
  }

  /** True when soon there is no slot for the next. */
  isShort(used: number): boolean {
    return this.governed && this.limit - used < SPARE_SLOTS_MIN / 2;
  }

  /** A full room is not asked for again by everybody who knocks. */
  get mayAsk(): boolean {
    const since = this.#host.now() - this.#askedAt;
    return this.#asking !== undefined || !this.full || since < 0 || since >= FULL_RETRY_MS;
  }

  /** Asks the hub, once at a time. Never rejects. */
  ask(used: number): Promise<void> {
    if (this.#asking === undefined) this.#askedAt = this.#host.now();
    this.#asking ??= this.#acquire(used).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #acquire(used: number): Promise<void> {
    try {
      const grant = decodeGrant(await this.#host.hub.acquire(this.wish(used)));
      if (grant !== undefined) this.take(grant);
    } catch (error) {
      this.full = false;
      this.#host.log("hub_unreachable", { ...this.#named(), verb: "acquire", error: String(error) });
    }
  }

  /** The hub needs what is not in use: it reads the claim from our answer. */
  recall(used: number): void {
    this.#wantedUntil = this.#host.now() + RECALLED_MS;
    this.claim(used);
  }

  /** Soon after a recall, what became free goes back: once at a time. */
  giveBack(used: () => number): void {
    if (this.#giving || this.#host.now() >= this.#wantedUntil) return;
    this.#giving = true;
    void this.#release(used).finally(() => {
      this.#giving = false;
    });
  }

  async #release(used: () => number): Promise<void> {
    try {
      // Who comes in for a dead connection that was closed does so in this turn, and then has its slot.
      await undefined;
      while (used() < this.limit && this.#host.now() < this.#wantedUntil) {
        const grant = decodeGrant(await this.#host.hub.release(this.claim(used())));
        if (grant !== undefined) this.take(grant);
      }
    } catch (error) {
      // The hub believes that we have more than we do, until it hears from us again.
      this.#wantedUntil = 0;
      this.#host.log("hub_unreachable", { ...this.#named(), verb: "release", error: String(error) });
    }
  }

  /** An answer to any wish but the last is history: we said less since. */
  take({ n, granted, full }: Grant): void {
    if (this.#held === undefined || this.isBehind(n) || n !== this.#held.n) return;
    this.full = full === true;
    this.#hold({ n, holds: Math.max(granted, this.#held.holds) });
  }

  /** @param known the number of the last claim of this life that the hub heard */
  isBehind(known: number): boolean {
    if (this.#held === undefined || known <= this.#held.n) return false;
    this.#wentBack(known);
    return true;
  }

  #hold(held: Held): void {
    const same = this.#held?.n === held.n && this.#held.holds === held.holds;
    this.#held = held;
    if (!same) this.#store.facts.set("claim", `${held.n}/${held.holds}`);
  }

  #named() {
    return { room: this.#life.room, region: this.#life.region };
  }
}
