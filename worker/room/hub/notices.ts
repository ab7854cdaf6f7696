/**
 * What members still have to be told: the membership, bans, kicks. Each notice carries everything that is pending, and is
 * tried again from the hub's schedule until the member took it.
 */
import * as v from "valibot";
import { type HubNotice, type Noticed, noticedSchema } from "../hub-port.ts";
import type { HubHost } from "./hub-host.ts";
import type { HubStore, Known } from "./hub-store.ts";
import {
  BANS_PER_NOTICE,
  FAREWELL_TRIES,
  NOTICE_DEADLINE_MS,
  NOTICE_RETRY_LONGEST_MS,
  NOTICE_RETRY_MS,
} from "./limits.ts";
import { isMember, type Registry } from "./registry.ts";

export class Notices {
  readonly #room: string;
  readonly #store: HubStore;
  readonly #host: HubHost;
  readonly #registry: Registry;
  /** A notice is under way. */
  readonly #telling = new Set<string>();

  constructor(room: string, store: HubStore, host: HubHost, registry: Registry) {
    this.#room = room;
    this.#store = store;
    this.#host = host;
    this.#registry = registry;
  }

  isPending(known: Known): boolean {
    if (known.state !== "out" && known.version < this.#registry.version) return true;
    if (!isMember(known)) return false;
    return known.bansTaken < this.#store.bans.lastStamp() || this.#store.kicks.of(known.region).length > 0;
  }

  /**
   * Tells a region what it has not heard yet, and to give back what it does not use with `recall`.
   * @throws when it is not reached; then it is tried again in time
   */
  async tell(region: string, more: Pick<HubNotice, "recall"> = {}): Promise<Noticed> {
    const known = this.#store.replicas.get(region);
    if (known === undefined) return { founded: false };
    const bans = this.#store.bans.after(known.bansTaken, BANS_PER_NOTICE);
    // A ban that ended and was forgotten has its stamp still: whoever got all that there are has it too.
    const stamp = bans.length < BANS_PER_NOTICE ? this.#store.bans.lastStamp() : (bans.at(-1)?.stamp ?? 0);
    const kick = this.#store.kicks.of(region).map(({ userId }) => userId);
    const notice: HubNotice = {
      ...more,
      ...(known.version < this.#registry.version && { membership: this.#registry.membership() }),
      ...(bans.length > 0 && { bans: bans.map(({ userId, until, at }) => ({ userId, until, at })) }),
      ...(kick.length > 0 && { kick }),
    };
    this.#telling.add(region);
    try {
      const sent = this.#host.replicas.notice(region, this.#room, notice, NOTICE_DEADLINE_MS);
      const noticed = v.parse(noticedSchema, await sent);
      this.#took(known, noticed, kick, stamp);
      return noticed;
    } catch (error) {
      this.#missed(region, error);
      throw error;
    } finally {
      this.#telling.delete(region);
    }
  }

  #took({ region, origin }: Known, noticed: Noticed, kicked: readonly string[], stamp: number): void {
    this.#registry.change(() => {
      this.#store.kicks.remove(region, kicked);
      const settled = this.#registry.settle(region, origin, noticed.founded ? noticed : undefined);
      if (settled === undefined || !noticed.founded || settled.origin !== noticed.origin) return;
      if (settled.state === "left") {
        this.#store.replicas.save({ ...settled, state: "out" });
        return;
      }
      if (noticed.version > this.#registry.version) this.#registry.above(noticed.version);
      this.#store.replicas.save({
        ...settled,
        version: Math.max(settled.version, noticed.version),
        // A new life has none of the bans that the last one took.
        bansTaken: settled.origin === origin ? Math.max(settled.bansTaken, stamp) : 0,
        tries: 0,
        retryAt: 0,
      });
    });
  }

  #missed(region: string, error: unknown): void {
    const known = this.#store.replicas.get(region);
    if (known === undefined) return;
    const tries = known.tries + 1;
    const wait = Math.min(NOTICE_RETRY_LONGEST_MS, NOTICE_RETRY_MS * 2 ** Math.min(tries - 1, 10));
    this.#store.replicas.save({ ...known, tries, retryAt: this.#host.now() + wait });
    this.#host.log("notice_missed", { room: this.#room, region, tries, error: String(error) });
  }

  /** Tells everybody who is due. Returns when somebody is due again. */
  async run(): Promise<number | undefined> {
    const now = this.#host.now();
    this.#store.kicks.forgetBefore(now);
    const due = this.#store.replicas
      .all()
      .filter((known) => this.isPending(known) && known.retryAt <= now && !this.#telling.has(known.region));
    // A failure is noted with the member.
    await Promise.allSettled(due.map(({ region }) => this.tell(region)));
    for (const known of this.#store.replicas.all())
      if (known.state === "left" && known.tries >= FAREWELL_TRIES)
        this.#store.replicas.save({ ...known, state: "out" });
    const open = this.#store.replicas.all().filter((known) => this.isPending(known));
    const soonest = this.#host.now() + NOTICE_RETRY_MS;
    return open.length === 0 ? undefined : Math.max(soonest, Math.min(...open.map(({ retryAt }) => retryAt)));
  }
}
