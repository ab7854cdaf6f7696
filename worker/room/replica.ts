/**
 * What makes a room one of several replicas: its peers, its hub, its slots, and what it takes from elsewhere. In a room
 * of one region nothing here does anything.
 */

import type { Bundle } from "./bundle.ts";
import { Entrance } from "./entrance.ts";
import { type Coming, Everybody } from "./everybody.ts";
import { mayHaveLostUsers } from "./head-count.ts";
import { HeldEntries } from "./held.ts";
import { decodeAttended, type HubNotice, type Noticed, type ReplicaReport } from "./hub-port.ts";
import { renew } from "./life.ts";
import { CLOCK_STEP_MS, ORIGINS_KEPT } from "./limits.ts";
import { type Member, type Membership, readMembership } from "./membership.ts";
import { RegistrationDesk } from "./registration.ts";
import type { Surroundings } from "./replica-surroundings.ts";
import { Replicator } from "./replicator.ts";
import { Slots } from "./slots.ts";
import { type Arrival, takeBundle } from "./take.ts";
import { vectorRecord } from "./vector.ts";

export class Replica {
  readonly everybody: Everybody;
  readonly slots: Slots;
  readonly #room: Surroundings;
  readonly #replicator: Replicator;
  readonly #desk: RegistrationDesk;
  readonly #held: HeldEntries;
  readonly entrance: Entrance;
  #membership: Membership;
  #delayed: boolean;
  /** What the other replicas were told of who is here. */
  #toldStamp: number;
  #toldOccupied = false;
  /** By region, how far our clock is ahead of the peer's, ms. */
  readonly #ahead = new Map<string, number>();

  constructor(room: Surroundings) {
    this.#room = room;
    const { life, store, host, settings, clock, members, schedule } = room;
    const place = { life, store, host };
    this.everybody = new Everybody(life.region, members, host.now());
    this.#toldStamp = this.everybody.stamp;
    this.slots = new Slots(store, host, life, settings.limits.connectionsPerRoom, (known) =>
      this.#renew({ claim: this.slots.current.n, known }),
    );
    this.#membership = readMembership(store.facts.get("membership"));
    this.#replicator = new Replicator({
      ...place,
      clock,
      everybody: this.everybody,
      toldStamp: () => this.#toldStamp,
      membership: () => this.#membership,
      take: (bundle) => this.#take(bundle),
      checkBy: (due) => schedule("sync", due),
      changed: () => this.#judge(),
      lost: (region) => this.#came(this.everybody.lose(region)),
    });
    this.#desk = new RegistrationDesk({
      ...place,
      slots: this.slots,
      used: () => this.entrance.used,
      membership: () => this.#membership,
      adopt: (membership) => this.adopt(membership),
      ban: room.ban,
      retryBy: (due) => schedule("hub", due),
    });
    this.#held = new HeldEntries(store, host);
    this.entrance = new Entrance({
      ...place,
      members,
      everybody: this.everybody,
      slots: this.slots,
      desk: this.#desk,
      replicator: this.#replicator,
      membership: () => this.#membership,
    });
    this.#delayed = this.#isDelayed;
  }

  get isDelayed(): boolean {
    return this.#delayed;
  }

  /** After the last connection that outlived our sleep is back. */
  settle(): void {
    const { settings, members } = this.#room;
    this.#toldOccupied = members.userCount > 0;
    if (settings.regions.length > 1) this.slots.govern(members.connections.size);
    if (!this.slots.governed) return;
    if (!this.#desk.isDone) this.#room.schedule("hub", this.#room.host.now());
    this.#replicator.push();
    if (this.#own?.leaving === true) this.#room.moveOut();
    if (mayHaveLostUsers(this.#room)) this.#replicator.tellPresence();
    this.#scheduleHeld();
  }

  /** The room is gone. */
  end(): void {
    this.#replicator.end();
    this.#desk.end();
  }

  /** Our log has something new. */
  push(): void {
    this.#replicator.push();
  }

  /** A connection is gone: its slot may be wanted elsewhere. */
  left(): void {
    this.slots.giveBack(() => this.entrance.used);
  }

  /** Who is here changed, or not. */
  tellPresence(): void {
    const { stamp } = this.everybody;
    if (stamp === this.#toldStamp) return;
    this.#toldStamp = stamp;
    const isOccupied = this.#room.members.userCount > 0;
    this.#replicator.tellPresence(isOccupied && !this.#toldOccupied);
    this.#toldOccupied = isOccupied;
  }

  tellTyping(typists: Parameters<Replicator["tellTyping"]>[0]): void {
    this.#replicator.tellTyping(typists);
  }

  /** Within a transaction of somebody who writes anyway. */
  save(): void {
    this.#replicator.save();
  }

  sync(bundle: Bundle): Bundle {
    this.slots.govern(this.#room.members.connections.size);
    return this.#replicator.answer(bundle);
  }

  #take(bundle: Bundle): { gap: boolean; again: readonly string[] } {
    const { life, store, host, clock, committer } = this.#room;
    const now = host.now();
    this.#renewIfBehind(bundle);
    clock.follow(bundle.order, now);
    // Where the alarm is late, what was held must not be overtaken by what need not be: cursors would pass it.
    if ((this.#held.due ?? Number.POSITIVE_INFINITY) <= now) this.#release();
    const taken = this.#inTransaction(() => {
      const result = takeBundle(
        { store, origin: life.origin, now, nextSeq: () => committer.nextSeq() },
        bundle,
      );
      for (const [userId, times] of result.accepted) committer.count(userId, times, now);
      this.#replicator.save();
      return result;
    });
    try {
      this.#compareClocks(bundle, now);
      if (bundle.membership !== undefined) this.adopt(bundle.membership);
      if (taken.news) this.#room.wrote();
      if (taken.news) this.#scheduleHeld();
    } finally {
      // It is in the log, also where the rest could not be written.
      if (taken.arrivals.length > 0) this.#room.arrived(this.#held.before(taken.arrivals));
    }
    if (taken.found) this.#replicator.push();
    const { changes, again } = this.everybody.take(bundle);
    this.#came(changes);
    if (bundle.typing !== undefined) this.#room.typing(bundle.typing);
    if (bundle.crowded !== undefined) this.#room.dropGhosts(bundle.crowded);
    return { gap: taken.gap, again };
  }

  #inTransaction<T>(work: () => T): T {
    try {
      return this.#room.store.transaction(work);
    } catch (error) {
      this.#room.committer.forget();
      throw error;
    }
  }

  /**
   * How far our clock is ahead of the slowest peer's, ms. Trimming goes by the slowest: a clock that is an hour ahead
   * would take from all regions what they must keep for those who come back.
   */
  get aheadMs(): number {
    return Number(this.#room.store.facts.get("ahead") ?? 0);
  }

  #compareClocks({ from, now: theirs }: Bundle, now: number): void {
    this.#ahead.set(from, now - theirs);
    const ahead = Math.max(0, ...this.#ahead.values());
    // What the way takes is no difference worth a write.
    if (Math.abs(ahead - this.aheadMs) >= CLOCK_STEP_MS)
      this.#room.store.facts.set("ahead", ahead < CLOCK_STEP_MS ? undefined : String(ahead));
  }

  /** Somebody has seen more of our life than we hold: the storage went back in time. */
  #renewIfBehind({ vector }: Bundle): void {
    const { life, store } = this.#room;
    const seen = vector[life.origin] ?? 0;
    const held = store.log.heads().find(({ origin }) => origin === life.origin)?.seq ?? 0;
    if (seen > held) this.#renew({ seen, held });
  }

  /** What was said under the present origin may be other than what is in this storage: from now on we have a new one. */
  #renew(evidence: Readonly<Record<string, number>>): void {
    const { life, store, host, clock, committer, members } = this.#room;
    const lost = life.origin;
    store.transaction(() => renew(store, life, host));
    clock.rename(life.origin);
    committer.restart();
    this.slots.restart(members.connections.size);
    host.log("new_origin", { room: life.room, region: life.region, lost, origin: life.origin, ...evidence });
    this.#room.schedule("hub", host.now());
    this.#replicator.pullAll();
  }

  /** The higher version counts. */
  adopt(membership: Membership): void {
    if (membership.version <= this.#membership.version) return;
    const { store, life } = this.#room;
    const before = this.#membership;
    const others = new Set(membership.members.map(({ region }) => region));
    others.delete(life.region);
    // Stored before it is believed: after a write that failed it is taken when it comes again.
    this.#replicator.meet(others);
    store.facts.set("membership", JSON.stringify(membership));
    this.#membership = membership;
    for (const { region } of before.members)
      if (!others.has(region)) this.#came(this.everybody.forget(region));
    const own = this.#own;
    // The hub forgot us, or took us for an earlier life.
    if (own?.origin !== life.origin) {
      store.facts.set("registered", undefined);
      if (this.entrance.used > 0 || own !== undefined) this.#room.schedule("hub", this.#room.host.now());
    }
    if (own?.leaving === true) this.#room.moveOut();
    this.#replicator.pullAll();
  }

  get #own(): Member | undefined {
    return this.#membership.members.find(({ region }) => region === this.#room.life.region);
  }

  #came(changes: readonly Coming[]): void {
    if (changes.length > 0) this.#room.came(changes);
  }

  report(): ReplicaReport {
    const { life, members, store } = this.#room;
    this.slots.govern(members.connections.size);
    // A hub that asks may have lost its storage: what it granted before counts no more, also if it is still under way.
    const { n, holds } = this.slots.claim();
    return {
      founded: true,
      origin: life.origin,
      n,
      holds,
      users: this.everybody.ownUsers,
      connections: members.connections.size,
      bans: store.bans.all(),
      membership: this.#membership,
      vector: vectorRecord(new Map(store.log.heads().map(({ origin, seq }) => [origin, seq]))),
    };
  }

  heed({ membership, bans = [], kick = [], recall }: HubNotice): Noticed {
    const { life, members } = this.#room;
    this.slots.govern(members.connections.size);
    for (const ban of bans) this.#room.ban(ban);
    const closed = kick.reduce((sum, userId) => sum + this.#room.kick(userId), 0);
    if (membership !== undefined) this.adopt(membership);
    if (recall === true) this.slots.recall(members.connections.size);
    const { n, holds } = this.slots.current;
    return { founded: true, origin: life.origin, n, holds, version: this.#membership.version, closed };
  }

  /** For the directory, which the hub writes. */
  async attend(at: number): Promise<void> {
    const { life, host, members } = this.#room;
    const { room, region, origin } = life;
    const connections = members.connections.size;
    const users = this.everybody.ownUsers;
    const attended = decodeAttended(await host.hub.attend({ room, region, origin, users, connections, at }));
    if (attended === undefined || life.origin !== origin) return;
    const { n = 0, version: known = 0 } = attended;
    const { version } = this.#membership;
    if (!this.slots.isBehind(n) && known > version) this.#renew({ version, known });
  }

  /** Regions that the room is in. */
  get regions(): readonly string[] {
    const regions = this.#membership.members.map(({ region }) => region);
    return regions.length > 0 ? regions : [this.#room.life.region];
  }

  /** The jobs: when each is due again. */
  readonly jobs = {
    sync: (): Promise<number | undefined> => this.#replicator.check(),
    hub: async (): Promise<number | undefined> => {
      if (!this.slots.governed) return undefined;
      await this.#desk.run();
      return this.#desk.again;
    },
    held: (): number | undefined => this.#release(),
  };

  /** The floor rose past the winners of some copies. */
  settleMoves(floor: string): void {
    const gone = this.#room.store.replica.settleMoves(floor);
    const arrivals = gone.map((deletion): Arrival => ({ kind: "deletion", deletion }));
    if (arrivals.length > 0) this.#room.arrived(this.#held.before(arrivals));
  }

  /** Origins of which nothing is left. */
  forgetOrigins(): void {
    const { life, store } = this.#room;
    const keep = new Set([life.origin, ...this.#membership.members.map(({ origin }) => origin)]);
    if (store.log.heads().length > ORIGINS_KEPT) store.replica.forgetOrigins(ORIGINS_KEPT, keep);
  }

  #scheduleHeld(): void {
    const { due } = this.#held;
    if (due !== undefined) this.#room.schedule("held", due);
    this.#judge();
  }

  #release(): number | undefined {
    const arrivals = this.#held.release();
    if (arrivals.length > 0) {
      this.#room.arrived(arrivals);
      // What was held counts among the newest from now on: something else may have to go.
      this.#room.wrote();
    }
    this.#judge();
    return this.#held.due;
  }

  get #isDelayed(): boolean {
    return this.#replicator.delayed.length > 0 || this.#held.due !== undefined;
  }

  /** Whether people are to be told that something is late, or that it is no more. */
  #judge(): void {
    const delayed = this.#isDelayed;
    if (delayed === this.#delayed) return;
    this.#delayed = delayed;
    this.#room.notice(delayed ? "sync_delayed" : "sync_restored");
  }
}
