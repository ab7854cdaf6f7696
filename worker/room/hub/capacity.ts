/** Answers to the replicas' wishes for slots, after a recall where nothing is left. */
import type { Claim, Grant, Wish } from "../hub-port.ts";
import { freeSlots, growth, hear } from "./ledger.ts";
import { RECALL_INTERVAL_MS } from "./limits.ts";
import type { Office } from "./office.ts";

/** A claim of a life that is over, or of one that the hub does not know: whoever sent it does not wait any more. */
export class StaleClaim extends Error {
  constructor({ region, origin }: { region: string; origin: string }) {
    super(`${origin} is not the present life of the replica in ${region}`);
    this.name = "StaleClaim";
  }
}

interface Recall {
  readonly at: number;
  /** Whether the member answered. */
  readonly heard: Promise<boolean>;
}

export class Capacity {
  readonly #office: Office;
  readonly #recalls = new Map<string, Recall>();

  constructor(office: Office) {
    this.#office = office;
  }

  /** @throws StaleClaim */
  async answer(wish: Wish): Promise<Grant> {
    const { grant, nothingLeft } = this.#grant(wish);
    if (!nothingLeft) return grant;
    const everybody = await this.#recall(wish.region);
    const second = this.#grant(wish);
    return second.nothingLeft && everybody ? { ...second.grant, full: true } : second.grant;
  }

  /** @throws StaleClaim */
  take(claim: Claim): Grant {
    return this.#grant({ ...claim, wants: claim.holds }).grant;
  }

  /**
   * A wish that crossed a question of ours is answered under the number of the later claim: nobody else can answer that.
   */
  #grant(wish: Wish): { grant: Grant; nothingLeft: boolean } {
    const { store, settings, registry } = this.#office;
    return store.transaction(() => {
      const known = store.replicas.get(wish.region);
      if (known === undefined || known.origin !== wish.origin) throw new StaleClaim(wish);
      const heard = hear(known, wish, false);
      const isLast = wish.n >= known.n || known.solicited;
      const lacking = isLast && known.state === "member" ? wish.wants - heard.bound : 0;
      const others = store.replicas.all().filter(({ region }) => region !== wish.region);
      const limit = settings.connectionsPerRoom;
      const free = freeSlots([...others, heard], limit);
      const more = growth(free, lacking, limit, registry.regionCount());
      const bound = heard.bound + more;
      store.replicas.save({ ...heard, bound });
      return { grant: { n: heard.n, granted: bound }, nothingLeft: lacking > 0 && more === 0 };
    });
  }

  /** Asks all members but one for the slots that they do not use. True when each of them answered, now or lately. */
  async #recall(but: string): Promise<boolean> {
    const others = this.#office.store.replicas
      .all()
      .filter(({ region, bound }) => region !== but && bound > 0);
    const heard = await Promise.all(others.map(({ region }) => this.#recallFrom(region)));
    return heard.every(Boolean);
  }

  #recallFrom(region: string): Promise<boolean> {
    const now = this.#office.host.now();
    const last = this.#recalls.get(region);
    if (last !== undefined && now >= last.at && now < last.at + RECALL_INTERVAL_MS) return last.heard;
    const heard = this.#office.notices.tell(region, { recall: true }).then(
      () => true,
      () => false,
    );
    this.#recalls.set(region, { at: now, heard });
    return heard;
  }

  /** While more is granted than the settings allow now: nobody keeps what is not in use. True while that is so. */
  async shrink(): Promise<boolean> {
    const { store, settings } = this.#office;
    const isOver = () => freeSlots(store.replicas.all(), settings.connectionsPerRoom) < 0;
    if (isOver()) await this.#recall("");
    return isOver();
  }
}
