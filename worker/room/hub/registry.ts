/** Who replicates the room, and since which version: every change of it passes through here. */
import type { Membership } from "../membership.ts";
import type { HubHost, HubSettings } from "./hub-host.ts";
import type { HubStore, Known } from "./hub-store.ts";
import { hear } from "./ledger.ts";
import { REMOVAL_GRACE_MS } from "./limits.ts";

/** A life of a replica, as it says itself. */
export interface LifeClaim {
  readonly origin: string;
  readonly n: number;
  readonly holds: number;
}

export const isMember = ({ state }: Known): boolean => state === "member" || state === "leaving";

export class Registry {
  readonly #store: HubStore;
  readonly #host: HubHost;
  readonly #settings: HubSettings;
  readonly #changed: () => void;

  /** @param changed runs when there is something to tell: a new version, or a ban */
  constructor(store: HubStore, host: HubHost, settings: HubSettings, changed: () => void) {
    this.#store = store;
    this.#host = host;
    this.#settings = settings;
    this.#changed = changed;
  }

  get version(): number {
    return Number(this.#store.facts.get("version") ?? 0);
  }

  members(): readonly Known[] {
    return this.#store.replicas.all().filter(isMember);
  }

  membership(): Membership {
    const members = this.members().map(({ region, origin, state }) =>
      state === "leaving" ? { region, origin, leaving: true as const } : { region, origin },
    );
    return { version: this.version, members };
  }

  /** Among how many regions what is free is to be shared: those that may still come count. */
  regionCount(): number {
    const { regions, closed = [] } = this.#settings;
    const open = regions.filter((region) => !closed.includes(region));
    return new Set([...open, ...this.members().map(({ region }) => region)]).size;
  }

  /**
   * Where a member stands. A closed region leaves at once. One that is missing in the settings may be newer than them, or
   * removed: it leaves after a while.
   */
  #standing(region: string, missingSince: number): Pick<Known, "state" | "missingSince"> {
    const { regions, closed = [] } = this.#settings;
    if (regions.includes(region))
      return { state: closed.includes(region) ? "leaving" : "member", missingSince: 0 };
    const now = this.#host.now();
    const since = missingSince === 0 ? now : missingSince;
    return { state: now >= since + REMOVAL_GRACE_MS ? "leaving" : "member", missingSince: since };
  }

  /** In one transaction; the version rises when it changed who is a member. */
  change<T>(work: () => T): T {
    let news = false;
    const result = this.#store.transaction(() => {
      const [version, members, stamp] = [this.version, this.#names(), this.#store.bans.lastStamp()];
      const done = work();
      if (this.#names() !== members) this.above(version);
      news = this.version !== version || this.#store.bans.lastStamp() !== stamp;
      return done;
    });
    if (news) this.#changed();
    return result;
  }

  #names(): string {
    return JSON.stringify(this.membership().members);
  }

  /** Somebody knows of this version: ours is to be a later one. */
  above(version: number): void {
    if (version >= this.version) this.#store.facts.set("version", String(version + 1));
  }

  /** A life of a region's replica that is new to us, or one that was given up: it is a member from now on. */
  adopt(region: string, { origin, n, holds }: LifeClaim, solicited: boolean): Known {
    const known: Known = {
      region,
      origin,
      n,
      solicited,
      bound: holds,
      ...this.#standing(region, this.#store.replicas.get(region)?.missingSince ?? 0),
      users: 0,
      connections: 0,
      countedAt: 0,
      heardAt: this.#host.now(),
      version: 0,
      bansTaken: 0,
      tries: 0,
      retryAt: 0,
    };
    this.#store.replicas.save(known);
    this.#log("replica_adopted", { region, origin, state: known.state });
    return known;
  }

  /** Nothing is stored there any more: it holds no slot, no message and no user. */
  drop(region: string): void {
    this.#store.replicas.remove(region);
    const kicked = this.#store.kicks.of(region).map(({ userId }) => userId);
    this.#store.kicks.remove(region, kicked);
    this.#log("replica_gone", { region });
  }

  /**
   * Takes what a replica answered of itself.
   * @param before its origin, as known when it was asked. Its life then may have ended since, but never comes back: so
   *   another origin in the answer is the later one, unless yet another registered while the answer was under way.
   * @returns what is known now; undefined where nothing is there
   */
  settle(region: string, before: string | undefined, answer: LifeClaim | undefined): Known | undefined {
    const known = this.#store.replicas.get(region);
    if (answer !== undefined && known?.origin === answer.origin) {
      const heard = hear(known, answer, true);
      this.#store.replicas.save(heard);
      return heard;
    }
    if (known?.origin !== before) return known;
    if (answer !== undefined) return this.adopt(region, answer, true);
    if (known !== undefined) this.drop(region);
    return undefined;
  }

  /**
   * Compares the replicas with the settings. One that left, and whose region is open again, is a member again: it holds
   * what was said before, and readers near it ask it.
   * @returns when to look again, Unix ms
   */
  reconcile(): number | undefined {
    let next: number | undefined;
    const moved: Known[] = [];
    for (const known of this.#store.replicas.all()) {
      const standing = this.#standing(known.region, known.missingSince);
      if (!isMember(known)) {
        if (standing.state === "member" && standing.missingSince === 0)
          moved.push({ ...known, ...standing, version: 0, tries: 0, retryAt: 0 });
        continue;
      }
      const { state, missingSince } = standing;
      const due = missingSince + REMOVAL_GRACE_MS;
      if (missingSince > 0 && state === "member") next = Math.min(next ?? due, due);
      if (missingSince !== known.missingSince || state !== known.state) moved.push({ ...known, ...standing });
    }
    if (moved.length > 0)
      this.change(() => {
        for (const known of moved) this.#store.replicas.save(known);
      });
    return next;
  }

  #log(event: string, facts: Readonly<Record<string, string>>): void {
    this.#host.log(event, { room: this.#store.facts.get("room"), ...facts });
  }
}
