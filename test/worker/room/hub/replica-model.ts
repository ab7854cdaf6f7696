/** A replica as its hub sees it: the rules of `hub-port` for claims, grants and reports, and nothing else. */
import type {
  Ban,
  Grant,
  HubNotice,
  Noticed,
  Registration,
  ReplicaReport,
  Wish,
} from "../../../../worker/room/hub-port.ts";
import { type Membership, NO_MEMBERSHIP } from "../../../../worker/room/membership.ts";
import { newOrigin } from "../../../../worker/room/origin.ts";

export const ROOM = "lobby";

export class ReplicaModel {
  readonly region: string;
  readonly limit: number;
  origin: string | undefined;
  n = 0;
  /** Undefined: nobody governs it, it has the whole room. */
  holds: number | undefined = 0;
  used = 0;
  /** Wishes that were refused a slot. */
  full = false;
  membership: Membership = NO_MEMBERSHIP;
  readonly bans = new Map<string, Ban>();
  readonly kicked: string[] = [];
  vector: Record<string, number> = {};
  #lives = 0;

  constructor(region: string, limit: number) {
    this.region = region;
    this.limit = limit;
  }

  get mayUse(): number {
    return this.origin === undefined ? 0 : (this.holds ?? this.limit);
  }

  /** @param alone before a second region was configured */
  found(alone = false): void {
    this.origin = newOrigin(this.region, 1_800_000_000_000, ++this.#lives / 1000);
    this.n = 0;
    this.holds = alone ? undefined : 0;
    this.used = 0;
    this.membership = NO_MEMBERSHIP;
    this.bans.clear();
    this.vector = {};
  }

  loseStorage(): void {
    this.origin = undefined;
    this.holds = 0;
    this.used = 0;
  }

  join(): boolean {
    if (this.used >= this.mayUse) return false;
    this.used++;
    return true;
  }
  leave(): void {
    this.used = Math.max(0, this.used - 1);
  }

  wish(wants: number): Wish {
    this.n++;
    this.holds ??= this.used;
    return {
      room: ROOM,
      region: this.region,
      origin: this.origin ?? "",
      n: this.n,
      holds: this.holds,
      wants,
    };
  }
  registration(wants: number): Registration {
    return { ...this.wish(wants), membership: this.membership };
  }
  /** Keeps as many as are used. */
  giveBack(): Wish {
    this.holds = this.used;
    return this.wish(this.used);
  }

  take({ n, granted, full }: Grant): void {
    if (n !== this.n || this.holds === undefined) return;
    this.holds = Math.max(this.holds, granted);
    this.full = full === true;
  }
  learn(membership: Membership): void {
    if (membership.version > this.membership.version) this.membership = membership;
  }
  #hearBans(bans: readonly Ban[]): void {
    for (const ban of bans) if (ban.at > (this.bans.get(ban.userId)?.at ?? 0)) this.bans.set(ban.userId, ban);
  }

  report(): ReplicaReport {
    if (this.origin === undefined) return { founded: false };
    const { origin, used, membership, vector } = this;
    const { n, holds } = this.wish(used);
    const bans = [...this.bans.values()];
    return { founded: true, origin, n, holds, users: used, connections: used, bans, membership, vector };
  }

  notice({ membership, bans, kick, recall }: HubNotice): Noticed {
    if (this.origin === undefined) return { founded: false };
    if (membership !== undefined) this.learn(membership);
    this.#hearBans(bans ?? []);
    for (const userId of kick ?? []) this.kicked.push(userId);
    if (recall === true) this.giveBack();
    const { origin, n, holds = this.used } = this;
    return { founded: true, origin, n, holds, version: this.membership.version, closed: kick?.length ?? 0 };
  }
}
