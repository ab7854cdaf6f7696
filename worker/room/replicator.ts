/**
 * The exchange with the room's other replicas: one call at a time to each, what comes meanwhile goes in the next. The
 * log says what a peer lacks; the durable schedule sees to it that nothing is forgotten, whatever dies in between.
 */
import { type Bundle, decodeBundle, type Typist } from "./bundle.ts";
import { cargoAfter } from "./compose-bundle.ts";
import type { Everybody } from "./everybody.ts";
import type { Host } from "./host.ts";
import type { Life } from "./life.ts";
import { PRESENCE_LOST_MS, SYNC_CHECK_MS, SYNC_DEADLINE_MS, SYNC_DELAYED_MS } from "./limits.ts";
import { type Membership, membershipCopy } from "./membership.ts";
import type { Clock } from "./order.ts";
import { ORDER_ZERO } from "./order.ts";
import { Peer } from "./peer.ts";
import type { OriginHead } from "./resume.ts";
import type { RoomStore } from "./store.ts";
import { covers, joined, type Vector, vectorRecord } from "./vector.ts";

export interface Exchange {
  readonly life: Life;
  readonly store: RoomStore;
  readonly host: Host;
  readonly clock: Clock;
  readonly everybody: Everybody;
  /** Of who was here when those with users were last told. */
  readonly toldStamp: () => number;
  readonly membership: () => Membership;
  /** Takes a bundle into the log and tells people. Says whether something before it is missing, and whom to ask again. */
  readonly take: (bundle: Bundle) => { readonly gap: boolean; readonly again: readonly string[] };
  /** Calls `check` at that time or earlier, also after a crash. */
  readonly checkBy: (due: number) => void;
  /** A peer failed, or is back. */
  readonly changed: () => void;
  /** A region has not been reached for long. */
  readonly lost: (region: string) => void;
}

/** Calls in a row after which a peer held no more than before: something is wrong with it. */
const FRUITLESS_CALLS = 5;

export class Replicator {
  readonly #exchange: Exchange;
  readonly #peers = new Map<string, Peer>();
  #over = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    for (const row of exchange.store.peers.all()) this.#peers.set(row.region, new Peer(row.region, row));
  }

  get hasPeers(): boolean {
    return this.#peers.size > 0;
  }

  /** The room is gone, or this life of it: answers that still come find nobody. */
  end(): void {
    this.#over = true;
  }

  /** The replicas to talk to, by the membership. */
  meet(regions: ReadonlySet<string>): void {
    const { store } = this.#exchange;
    for (const region of this.#peers.keys())
      if (!regions.has(region)) {
        store.peers.remove(region);
        this.#peers.delete(region);
      }
    for (const region of regions)
      if (!this.#peers.has(region)) {
        const peer = new Peer(region);
        store.peers.save(peer.row);
        this.#peers.set(region, peer);
      }
  }

  /** Saves what changed of the peers: within the transaction of somebody who writes anyway. */
  save(): void {
    for (const peer of this.#peers.values())
      if (peer.dirty) {
        this.#exchange.store.peers.save(peer.row);
        peer.dirty = false;
      }
  }

  /** Something of ours is in the log: everybody who lacks it is called. */
  push(): void {
    for (const peer of this.#peers.values()) this.#call(peer);
    this.checkLater();
  }

  /** Whoever wrote something tells it to all; the check finds whom it did not reach. An idle room has nothing to check. */
  checkLater(): void {
    const heads = this.#vector();
    if ([...this.#peers.values()].every(({ vector }) => covers(vector, heads))) return;
    const { host, checkBy } = this.#exchange;
    // Not all at once: who comes first spares the others the call.
    checkBy(host.now() + Math.round(SYNC_CHECK_MS * (0.75 + host.random() / 2)));
  }

  /** Who is here changed. Whoever has users needs to know, and of the first who comes everybody, who may have some too. */
  tellPresence(isFirst = false): void {
    for (const peer of this.#peers.values())
      if (isFirst || this.#mayHaveUsers(peer)) {
        peer.wantsPresence = true;
        this.#call(peer);
      }
  }

  tellTyping(typists: readonly Typist[]): void {
    for (const peer of this.#peers.values()) {
      if (!this.#mayHaveUsers(peer) || peer.attempts > 0) continue;
      for (const typist of typists) peer.typists.set(typist[0], typist);
      this.#call(peer);
    }
  }

  /** A user has too many connections: dead ones are to end where they are. */
  crowd(userId: string): void {
    for (const peer of this.#peers.values())
      if (this.#exchange.everybody.isIn(peer.region, userId)) {
        peer.crowded.add(userId);
        this.#call(peer);
      }
  }

  #mayHaveUsers({ region }: Peer): boolean {
    const { everybody } = this.#exchange;
    return !everybody.knows(region) || everybody.usersIn(region) > 0;
  }

  /** Gets everything from one peer, the one that is best to reach. Settles when it has, or could not. Never rejects. */
  pull(): Promise<void> {
    const [best] = [...this.#peers.values()].sort((a, b) => a.attempts - b.attempts);
    if (best === undefined) return Promise.resolve();
    best.wantsPull = true;
    return this.#run(best);
  }

  /** Everything from everybody: after the founding and after a new origin. */
  pullAll(): void {
    for (const peer of this.#peers.values()) {
      peer.wantsPull = true;
      this.#call(peer);
    }
    this.checkLater();
  }

  /** A peer's call: its answer. */
  answer(request: Bundle): Bundle {
    const { again } = this.#exchange.take(request);
    const peer = this.#peers.get(request.from) ?? new Peer(request.from);
    this.#askAgain(again);
    this.#hear(peer, request);
    this.checkLater();
    const pulls = request.pull === true;
    if (pulls) peer.assumed = peer.vector;
    const answer = this.#compose(peer, pulls ? () => true : this.#isOwn, pulls);
    // What did not fit.
    if (this.#peers.has(peer.region)) this.#call(peer);
    return answer;
  }

  /** The job: makes sure that every peer holds everything. When to come again, if at all. */
  async check(): Promise<number | undefined> {
    const now = this.#exchange.host.now();
    const heads = this.#vector();
    const behind = [...this.#peers.values()].filter((peer) =>
      peer.attempts > 0 ? peer.due <= now : !covers(peer.vector, heads),
    );
    await Promise.all(
      behind.map((peer) => {
        // An answer of ours may have been lost with who asked.
        peer.assumed = peer.vector;
        peer.wantsPull = true;
        peer.wantsRelay = true;
        return this.#run(peer);
      }),
    );
    if (this.#over) return undefined;
    this.#exchange.store.transaction(() => this.save());
    return this.#nextCheck();
  }

  #nextCheck(): number | undefined {
    const now = this.#exchange.host.now();
    const heads = this.#vector();
    const times = [...this.#peers.values()].flatMap((peer) =>
      peer.attempts > 0 ? [Math.max(peer.due, now)] : covers(peer.vector, heads) ? [] : [now + SYNC_CHECK_MS],
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The newest origin that we heard of a region from itself. */
  originOf(region: string): string | undefined {
    return this.#peers.get(region)?.origin || undefined;
  }

  /** Regions that have not been reached for a while. */
  get delayed(): readonly string[] {
    const now = this.#exchange.host.now();
    return [...this.#peers.values()]
      .filter(({ failingSince }) => failingSince > 0 && now - failingSince >= SYNC_DELAYED_MS)
      .map(({ region }) => region);
  }

  readonly #isOwn = ({ origin }: OriginHead): boolean => origin === this.#exchange.life.origin;

  #vector(): Vector {
    return new Map(this.#exchange.store.log.heads().map(({ origin, seq }) => [origin, seq]));
  }

  #lacks(peer: Peer, wanted: (head: OriginHead) => boolean): boolean {
    return this.#exchange.store.log
      .heads()
      .some((head) => wanted(head) && head.seq > (peer.assumed.get(head.origin) ?? 0));
  }

  #needs(peer: Peer): boolean {
    if (peer.wantsPull || peer.wantsPresence || peer.typists.size + peer.crowded.size > 0) return true;
    return this.#lacks(peer, peer.wantsRelay ? () => true : this.#isOwn);
  }

  /** Unless it is being called already, or was not reached and waits for its next try. */
  #call(peer: Peer): void {
    if (peer.running !== undefined || peer.attempts > 0 || !this.#needs(peer)) return;
    void this.#run(peer);
  }

  #run(peer: Peer): Promise<void> {
    peer.running ??= this.#talk(peer).finally(() => {
      peer.running = undefined;
    });
    return peer.running;
  }

  async #talk(peer: Peer): Promise<void> {
    let fruitless = 0;
    try {
      while (!this.#over && this.#needs(peer)) {
        fruitless = (await this.#exchangeWith(peer)) ? 0 : fruitless + 1;
        if (fruitless === FRUITLESS_CALLS) throw new Error("it does not take what it is sent");
      }
    } catch (error) {
      if (this.#over) return;
      this.#failed(peer, error);
    }
  }

  #failed(peer: Peer, error: unknown): void {
    const { host, life, checkBy, changed, lost } = this.#exchange;
    peer.failed(host.now(), host.random());
    if (!peer.isLost && host.now() - peer.failingSince >= PRESENCE_LOST_MS) {
      peer.isLost = true;
      lost(peer.region);
    }
    peer.wantsPull = false;
    host.log("peer_unreachable", {
      room: life.room,
      region: life.region,
      peer: peer.region,
      attempts: peer.attempts,
      error: String(error),
    });
    checkBy(peer.due);
    changed();
  }

  /** One call. False when the peer did not take what it was sent. */
  async #exchangeWith(peer: Peer): Promise<boolean> {
    const { host, everybody, toldStamp } = this.#exchange;
    const { stamp } = everybody;
    const pulls = peer.wantsPull;
    const relays = peer.wantsRelay && !pulls;
    const request = this.#compose(peer, relays ? () => true : this.#isOwn, false, pulls);
    peer.wantsPull = false;
    peer.wantsPresence = false;
    const answer = decodeBundle(await host.peers.sync(peer.region, request, SYNC_DEADLINE_MS));
    if (this.#over) return true;
    if (answer?.from !== peer.region) throw new Error("it answered in a form that this version cannot read");
    const { gap, again } = this.#exchange.take(answer);
    this.#hear(peer, answer);
    this.checkLater();
    const took = request.parts.every(({ origin, upTo }) => (peer.vector.get(origin) ?? 0) >= upTo);
    if (!took) peer.assumed = peer.vector;
    const told = !this.#missesPresence(peer, stamp);
    if (this.#missesPresence(peer, Math.max(stamp, toldStamp()))) peer.wantsPresence = true;
    this.#askAgain(again);
    if (relays && !this.#lacks(peer, () => true)) peer.wantsRelay = false;
    // What it has and we lack did not fit into one bundle, or could not be used.
    if (gap || (pulls && answer.parts.length > 0 && !covers(this.#vector(), peer.vector)))
      peer.wantsPull = true;
    return took && told && !gap && !again.includes(peer.region);
  }

  /** Each answers with what we have not heard of it. */
  #askAgain(regions: readonly string[]): void {
    for (const region of regions) {
      const peer = this.#peers.get(region);
      if (peer === undefined) continue;
      peer.wantsPresence = true;
      this.#call(peer);
    }
  }

  /** It has users, and by its answer does not know who was here at `stamp`: it slept since, or could not take it. */
  #missesPresence(peer: Peer, stamp: number): boolean {
    const { everybody, life } = this.#exchange;
    if (!this.#mayHaveUsers(peer)) return false;
    const heard = peer.heard.get(life.region);
    // Ahead of us: the stamp of a life of ours whose clock was ahead.
    return heard === undefined ? everybody.ownUsers > 0 : heard < stamp || heard > everybody.stamp;
  }

  #hear(peer: Peer, bundle: Bundle): void {
    const wasFailing = peer.attempts > 0;
    peer.heardFrom(bundle);
    if (wasFailing) this.#exchange.changed();
  }

  /** What goes to the peer now counts as held by it, until it says otherwise. */
  #compose(peer: Peer, wanted: (head: OriginHead) => boolean, tellAll: boolean, pull = false): Bundle {
    const { life, store, host, clock, everybody, membership } = this.#exchange;
    const cargo = cargoAfter(store, peer.assumed, wanted);
    peer.assumed = joined(peer.assumed, new Map(cargo.parts.map(({ origin, upTo }) => [origin, upTo])));
    const presence = everybody.tell(peer.heard, peer.region, tellAll);
    for (const { region, stamp } of presence) peer.heard.set(region, stamp);
    const typing = [...peer.typists.values()];
    peer.typists.clear();
    const crowded = [...peer.crowded];
    peer.crowded.clear();
    return {
      room: life.room,
      from: life.region,
      origin: life.origin,
      to: peer.region,
      vector: vectorRecord(this.#vector()),
      ...(pull && { pull }),
      floor: store.facts.get("floor") ?? ORDER_ZERO,
      ...cargo,
      membership: membershipCopy(membership()),
      now: host.now(),
      order: clock.highest,
      ...(presence.length > 0 && { presence }),
      heard: everybody.heard,
      ...(typing.length > 0 && { typing }),
      ...(crowded.length > 0 && { crowded }),
    };
  }
}
