/**
 * What makes a room one of several replicas: its peers, its hub, its slots, and what it takes from elsewhere. In a room
 * of one region nothing here does anything.
 */
import type { Bundle } from "./bundle.ts";
import type { Committer } from "./commit.ts";
import { parseCursor } from "./cursor.ts";
import { type Coming, Everybody } from "./everybody.ts";
import type { Host, RoomSettings } from "./host.ts";
import type { Ban, HubNotice, Noticed, ReplicaReport } from "./hub-port.ts";
import { type Life, renew } from "./life.ts";
import { CLOCK_TOLERANCE_MS, JOIN_WAIT_MS, ORIGINS_KEPT, REFUSED_RETRY_MS } from "./limits.ts";
import type { Members } from "./members.ts";
import { decodeMembership, type Membership, NO_MEMBERSHIP } from "./membership.ts";
import { type Clock, laterOf, msOf, orderAt } from "./order.ts";
import type { Notice } from "./protocol.ts";
import { RegistrationDesk } from "./registration.ts";
import { Replicator } from "./replicator.ts";
import type { Job } from "./schedule.ts";
import { Slots } from "./slots.ts";
import type { RoomStore } from "./store.ts";
import { type Arrival, takeBundle } from "./take.ts";
import { vectorRecord } from "./vector.ts";
import { within } from "./within.ts";

/** What the room does for its replica. */
export interface Surroundings {
  readonly life: Life;
  readonly store: RoomStore;
  readonly host: Host;
  readonly settings: RoomSettings;
  readonly clock: Clock;
  readonly committer: Committer;
  readonly members: Members;
  readonly schedule: (job: Job, due: number) => void;
  /** People are to see this, with the next tick. */
  readonly arrived: (arrivals: readonly Arrival[]) => void;
  readonly came: (changes: readonly Coming[]) => void;
  readonly typing: (typists: NonNullable<Bundle["typing"]>) => void;
  readonly notice: (code: Notice["code"]) => void;
  /** The region is closing: its connections are to go elsewhere. */
  readonly moveOut: () => void;
  readonly ban: (ban: Ban) => void;
  readonly kick: (userId: string) => number;
  /** Something was written that may go in time. */
  readonly wrote: () => void;
}

/** Tries to get a slot for one join: others may take what the hub gave. */
const SLOT_TRIES = 3;

export class Replica {
  readonly everybody: Everybody;
  readonly slots: Slots;
  readonly #room: Surroundings;
  readonly #replicator: Replicator;
  readonly #desk: RegistrationDesk;
  #membership: Membership;
  /** Asked a peer since we woke. */
  #isFresh = false;
  #waiting = 0;
  #delayed: boolean;

  constructor(room: Surroundings) {
    this.#room = room;
    const { life, store, host, settings, clock, members, schedule } = room;
    this.everybody = new Everybody(life.region, members, host.now());
    this.slots = new Slots(store, host, life, settings.limits.connectionsPerRoom);
    this.#membership = membershipIn(store);
    this.#replicator = new Replicator({
      life,
      store,
      host,
      clock,
      everybody: this.everybody,
      membership: () => this.#membership,
      take: (bundle) => this.#take(bundle),
      checkBy: (due) => schedule("sync", due),
      changed: () => this.#judge(),
    });
    this.#desk = new RegistrationDesk({
      life,
      store,
      host,
      slots: this.slots,
      used: () => this.#used,
      membership: () => this.#membership,
      adopt: (membership) => this.adopt(membership),
      ban: room.ban,
      retryBy: (due) => schedule("hub", due),
    });
    this.#delayed = this.#isDelayed;
  }

  get #used(): number {
    return this.#room.members.connections.size + this.#waiting;
  }

  get isDelayed(): boolean {
    return this.#delayed;
  }

  /** After the last connection that outlived our sleep is back. */
  settle(): void {
    const { settings, members, store } = this.#room;
    if (settings.regions.length > 1) this.slots.govern(members.connections.size);
    if (!this.slots.governed) return;
    if (!this.#desk.isDone) this.#room.schedule("hub", this.#room.host.now());
    this.#replicator.push();
    // A crash may have taken everybody without a word.
    if (Number(store.facts.get("directoryUsers") ?? 0) !== members.userCount) this.#replicator.tellPresence();
    this.#scheduleHeld();
  }

  /** The room is gone. */
  end(): void {
    this.#replicator.end();
    this.#desk.end();
  }

  /** What is to be done before somebody may come in; undefined when nothing is, which is nearly always. */
  ready(since: string | undefined): Promise<void> | undefined {
    if (!this.slots.governed) return undefined;
    const known = this.#desk.isDone;
    const asks = this.#replicator.hasPeers && (!this.#isFresh || this.#isAhead(since));
    if (known && !asks && this.#hasSlot) return undefined;
    return this.#getReady(!known, since);
  }

  get #hasSlot(): boolean {
    return this.#room.members.connections.size < this.slots.limit;
  }

  async #getReady(registers: boolean, since: string | undefined): Promise<void> {
    const { host } = this.#room;
    this.#waiting++;
    try {
      if (registers) await within(host, JOIN_WAIT_MS, this.#desk.run());
      if (this.#replicator.hasPeers && (!this.#isFresh || this.#isAhead(since))) {
        await within(host, JOIN_WAIT_MS, this.#replicator.pull());
        this.#isFresh = true;
      }
      for (let tries = 0; tries < SLOT_TRIES && !this.#hasSlot && this.slots.mayAsk; tries++)
        if (!(await within(host, JOIN_WAIT_MS, this.slots.ask(this.#used)))) return;
    } finally {
      this.#waiting--;
    }
  }

  /** The client has seen, in another region, what may still come here. */
  #isAhead(since: string | undefined): boolean {
    const cursor = since === undefined ? undefined : parseCursor(since);
    if (cursor === undefined) return false;
    const heads = new Map(this.#room.store.log.heads().map(({ origin, seq }) => [origin, seq]));
    return [...cursor.seen].some(([origin, seq]) => seq > (heads.get(origin) ?? -1) && this.mayCome(origin));
  }

  /** Not of our own region, where only we write, and not of an origin that its region has left behind. */
  readonly mayCome = (origin: string): boolean => {
    const { life } = this.#room;
    if (!this.slots.governed) return false;
    const region = origin.split(".")[0] ?? "";
    if (region === life.region) return false;
    const known = this.#membership.members.find((member) => member.region === region)?.origin ?? "";
    const heard = this.#replicator.originOf(region) ?? "";
    // Origins of a region sort by their founding.
    return origin >= laterOf(known, heard);
  };

  /** Somebody came in. */
  joined(): void {
    const used = this.#room.members.connections.size;
    if (this.slots.isShort(used) && this.slots.mayAsk) void this.slots.ask(this.#used);
  }

  /** How a join without a slot is refused. */
  get refusalWithoutSlot(): { code: "room_full" | "unavailable"; message: string; retryAfterMs: number } {
    return this.slots.full || !this.slots.governed
      ? { code: "room_full", message: "Room full", retryAfterMs: REFUSED_RETRY_MS }
      : {
          code: "unavailable",
          message: "No free place can be had at the moment",
          retryAfterMs: REFUSED_RETRY_MS,
        };
  }

  /** Our log has something new. */
  push(): void {
    this.#replicator.push();
  }

  tellPresence(): void {
    this.#replicator.tellPresence();
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

  #take(bundle: Bundle): { gap: boolean; presenceGap: boolean } {
    const { life, store, host, clock, committer } = this.#room;
    const now = host.now();
    this.#renewIfBehind(bundle);
    clock.follow(bundle.order, now);
    const taken = this.#inTransaction(() => {
      const result = takeBundle(
        { store, origin: life.origin, now, nextSeq: () => committer.nextSeq() },
        bundle,
      );
      for (const [userId, times] of result.accepted) committer.count(userId, times, now);
      this.#replicator.save();
      return result;
    });
    if (bundle.membership !== undefined) this.adopt(bundle.membership);
    if (taken.news) {
      this.#room.wrote();
      this.#replicator.checkLater();
      this.#scheduleHeld();
    }
    if (taken.arrivals.length > 0) this.#room.arrived(this.#behindHeld(taken.arrivals));
    if (taken.found) this.#replicator.push();
    const { changes, gap } = this.everybody.take(bundle);
    if (changes.length > 0) this.#room.came(changes);
    if (bundle.typing !== undefined) this.#room.typing(bundle.typing);
    return { gap: taken.gap, presenceGap: gap };
  }

  /**
   * A deletion that lies behind a held entry is told at once, but must not move cursors past the entry: it is told again
   * at its true place when the entry is released.
   */
  #behindHeld(arrivals: readonly Arrival[]): readonly Arrival[] {
    const held = this.#room.store.log.heads().filter(({ seq, shown }) => shown < seq);
    if (held.length === 0) return arrivals;
    const shown = new Map(held.map((head) => [head.origin, head.shown]));
    return arrivals.map((arrival) => {
      if (arrival.kind === "entry") return arrival;
      const { deletion } = arrival;
      const seq = Math.min(deletion.seq, shown.get(deletion.origin) ?? deletion.seq);
      return { kind: "deletion", deletion: { ...deletion, seq } };
    });
  }

  #inTransaction<T>(work: () => T): T {
    try {
      return this.#room.store.transaction(work);
    } catch (error) {
      this.#room.committer.forget();
      throw error;
    }
  }

  /** Somebody has seen more of our life than we hold: the storage went back in time. */
  #renewIfBehind({ vector }: Bundle): void {
    const { life, store, host, clock, committer, members } = this.#room;
    const seen = vector[life.origin] ?? 0;
    const held = store.log.heads().find(({ origin }) => origin === life.origin)?.seq ?? 0;
    if (seen <= held) return;
    const lost = life.origin;
    store.transaction(() => renew(store, life, host));
    clock.rename(life.origin);
    committer.restart();
    this.slots.restart(members.connections.size);
    host.log("new_origin", { room: life.room, region: life.region, lost, origin: life.origin, seen, held });
    this.#room.schedule("hub", host.now());
    this.#replicator.pullAll();
  }

  /** The higher version counts. */
  adopt(membership: Membership): void {
    if (membership.version <= this.#membership.version) return;
    const { store, life } = this.#room;
    const before = this.#membership;
    this.#membership = membership;
    store.facts.set("membership", JSON.stringify(membership));
    const others = new Set(membership.members.map(({ region }) => region));
    others.delete(life.region);
    this.#replicator.meet(others);
    for (const { region } of before.members) if (!others.has(region)) this.#forget(region);
    const own = membership.members.find(({ region }) => region === life.region);
    // The hub forgot us, or took us for an earlier life.
    if (own?.origin !== life.origin) {
      store.facts.set("registered", undefined);
      if (this.#used > 0 || own !== undefined) this.#room.schedule("hub", this.#room.host.now());
    }
    if (own?.leaving === true) this.#room.moveOut();
    this.#replicator.pullAll();
  }

  #forget(region: string): void {
    const changes = this.everybody.forget(region);
    if (changes.length > 0) this.#room.came(changes);
  }

  report(): ReplicaReport {
    const { life, members, store } = this.#room;
    this.slots.govern(members.connections.size);
    const { n, holds } = this.slots.current;
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
    if (recall === true) this.slots.claim(members.connections.size);
    const { n, holds } = this.slots.current;
    return { founded: true, origin: life.origin, n, holds, version: this.#membership.version, closed };
  }

  /** For the directory, which the hub writes. */
  async attend(at: number): Promise<void> {
    const { life, host, members } = this.#room;
    const { room, region, origin } = life;
    const connections = members.connections.size;
    await host.hub.attend({ room, region, origin, users: this.everybody.ownUsers, connections, at });
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

  /** Origins of which nothing is left. */
  forgetOrigins(): void {
    const { life, store } = this.#room;
    const keep = new Set([life.origin, ...this.#membership.members.map(({ origin }) => origin)]);
    if (store.log.heads().length > ORIGINS_KEPT) store.replica.forgetOrigins(ORIGINS_KEPT, keep);
  }

  #scheduleHeld(): void {
    const earliest = this.#room.store.replica.earliestHeld();
    if (earliest !== undefined) this.#room.schedule("held", msOf(earliest) - CLOCK_TOLERANCE_MS + 1);
    this.#judge();
  }

  #release(): number | undefined {
    const { store, host } = this.#room;
    const ceiling = orderAt(host.now() + CLOCK_TOLERANCE_MS);
    const { entries, deletions } = store.transaction(() => store.replica.release(ceiling));
    if (entries.length > 0)
      this.#room.arrived([
        ...entries.map((entry): Arrival => ({ kind: "entry", entry, replaces: false })),
        // Each behind every entry of its origin: what is held is a tail.
        ...deletions.map((deletion): Arrival => ({ kind: "deletion", deletion })),
      ]);
    this.#judge();
    const earliest = store.replica.earliestHeld();
    return earliest === undefined ? undefined : msOf(earliest) - CLOCK_TOLERANCE_MS + 1;
  }

  get #isDelayed(): boolean {
    return this.#replicator.delayed.length > 0 || this.#room.store.replica.earliestHeld() !== undefined;
  }

  /** Whether people are to be told that something is late, or that it is no more. */
  #judge(): void {
    const delayed = this.#isDelayed;
    if (delayed === this.#delayed) return;
    this.#delayed = delayed;
    this.#room.notice(delayed ? "sync_delayed" : "sync_restored");
  }
}

function membershipIn(store: RoomStore): Membership {
  const text = store.facts.get("membership");
  if (text === undefined) return NO_MEMBERSHIP;
  try {
    return decodeMembership(JSON.parse(text)) ?? NO_MEMBERSHIP;
  } catch {
    return NO_MEMBERSHIP;
  }
}
