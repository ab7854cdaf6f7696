/** One run of a plan: a room over several regions, its users, and everything that befalls them. */

import { decodeBundle } from "../../worker/room/bundle.ts";
import { HUB_DEADLINE_MS } from "../../worker/room/limits.ts";
import { decodeMembership, NO_MEMBERSHIP } from "../../worker/room/membership.ts";
import { Ledger } from "./check/ledger.ts";
import type { ClientEnd } from "./clients/link.ts";
import { Link } from "./clients/link.ts";
import { PlainClient } from "./clients/plain-client.ts";
import type { Surroundings, Visitor } from "./clients/surroundings.ts";
import { V1Client } from "./clients/v1-client.ts";
import type { Random } from "./engine/random.ts";
import { BEGINNING, World } from "./engine/world.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { Network } from "./network/network.ts";
import { nearest, roundTripMs } from "./network/region-latency.ts";
import { HubObject } from "./objects/hub.ts";
import { Replica } from "./objects/replica.ts";
import { HUB, type Plan, type Step } from "./schedule/plan.ts";

/** One way between a user and the region's data centre, ms: half of a usual last mile. */
const LAST_MILE_MS = 8;
const usualWay = (place: string, region: string, random: Random): number =>
  (LAST_MILE_MS + roundTripMs(place, region) / 2) * random.between(1, 1.3);
const MINUTE = 60_000;
const CALM = { requestLost: 0, answerLost: 0, twice: 0, jitter: 0.3 };

export class Simulation implements Surroundings {
  readonly plan: Plan;
  readonly world: World;
  readonly ledger: Ledger;
  readonly network: Network;
  readonly replicas = new Map<string, Replica>();
  readonly hub: HubObject;
  readonly v1 = new Map<string, V1Client>();
  readonly plain = new Map<string, PlainClient>();
  /** The stack's regions as of now. */
  regions: readonly string[];
  #closed: readonly string[] = [];
  /** Objects that start now run the code of before replicas. */
  #isOld: boolean;
  readonly #mutation: Mutation | undefined;
  readonly #oneWayMs: typeof usualWay;
  readonly #restores: boolean;
  readonly #skews = new Map<string, number>();
  #texts = 0;

  /** @param oneWayMs how long a frame takes between a user and a region */
  constructor(plan: Plan, tracing: boolean, mutation?: Mutation, oneWayMs = usualWay) {
    this.#oneWayMs = oneWayMs;
    this.#mutation = mutation;
    this.plan = plan;
    this.world = new World(plan.seed, tracing);
    this.ledger = new Ledger(this.world);
    this.network = new Network(this.world, plan.weather, (value) => mutated(value, mutation));
    this.regions = plan.begins === "single" ? plan.regions.slice(0, 1) : plan.regions;
    this.#isOld = plan.begins === "single";
    this.#restores = plan.steps.some((step) => step.do === "restore");
    this.hub = new HubObject(this.world, plan.regions[0] ?? "weur", plan.weather, this.#restores, {
      connectionsPerRoom: plan.limits.connectionsPerRoom,
      regions: () => ({ regions: this.regions, closed: this.#closed }),
      call: (from, region, verb, request, deadlineMs) =>
        this.network.call(from, this.replica(region), verb, request, deadlineMs),
      mutation,
    });
    for (const { name, place, kind, clockMs } of plan.users)
      if (kind === "v1") this.v1.set(name, new V1Client(this.world, name, place, clockMs, this));
      else this.plain.set(name, new PlainClient(this.world, name, place, this));
  }

  get clocksAreWrong(): boolean {
    return this.plan.steps.some((step) => step.do === "skew" && Math.abs(step.ms) > MINUTE);
  }

  /** No two replicas were ever apart for ten minutes, and none left. */
  get alwaysInTouch(): boolean {
    if (this.plan.steps.some((step) => step.do === "configure" && step.closed.length > 0)) return false;
    const cutMs = this.plan.steps.reduce((sum, step) => sum + (step.do === "cut" ? step.ms : 0), 0);
    return cutMs < 9 * MINUTE && !this.clocksAreWrong;
  }

  /** Until the last step and `moreMs` beyond. */
  async play(moreMs: number): Promise<void> {
    for (const step of this.plan.steps)
      this.world.after(step.at, () => {
        this.world.trace(() => `· ${JSON.stringify(step)}`);
        this.#take(step);
      });
    const last = this.plan.steps.at(-1)?.at ?? 0;
    await this.world.run(BEGINNING + last + moreMs);
  }

  /** Everything works again. */
  heal(): void {
    this.world.trace(() => "· everything works again");
    this.network.heal();
    this.network.weather = { ...this.plan.weather, ...CALM };
    for (const object of this.objects) object.heal();
    for (const replica of this.replicas.values()) this.#skew(replica.region, 0);
    for (const client of [...this.v1.values(), ...this.plain.values()]) client.wake();
    // A replica whose storage went back notices at the next word from elsewhere.
    if (this.#restores)
      this.world.after(MINUTE, () => {
        for (const client of this.v1.values()) client.say(`${client.name} ${++this.#texts}`);
      });
  }

  /** More want to be in the room than it takes. */
  get isOverfull(): boolean {
    const present = [...this.v1.values(), ...this.plain.values()].filter((client) => client.present);
    return present.length > this.plan.limits.connectionsPerRoom;
  }

  /** Whom the full room keeps outside goes home. */
  outsidersLeave(): void {
    for (const client of [...this.v1.values(), ...this.plain.values()]) if (!client.online) client.leave();
  }

  everybodyLeaves(): void {
    for (const client of [...this.v1.values(), ...this.plain.values()]) client.leave();
  }

  get objects(): readonly (Replica | HubObject)[] {
    return [...this.replicas.values(), this.hub];
  }

  /**
   * Replicas that have to agree: the members of the room, and whoever has visitors. One that left, in a region that is
   * open again, comes back with its first visitor.
   */
  get participants(): readonly Replica[] {
    const founded = [...this.replicas.values()].filter((replica) => replica.isFounded);
    const newest = founded
      .map((replica) => replica.membership)
      .reduce((a, b) => (b.version > a.version ? b : a), NO_MEMBERSHIP);
    const members = new Set(newest.members.map(({ region }) => region));
    // Without a hub there are no members.
    if (members.size === 0) return founded.filter(({ region }) => this.open.includes(region));
    return founded.filter(({ region, admitted }) => admitted > 0 || members.has(region));
  }

  end(): void {
    for (const object of this.objects) object.sql.close();
  }

  connect(client: ClientEnd, place: string, plain: boolean, visitor: Visitor): Link {
    const region = nearest(place, this.open);
    const replica = this.replica(region);
    const random = this.world.random(`link ${client.name}`);
    const delay = () => this.#oneWayMs(place, region, random);
    const link = new Link(this.world, client, replica, plain, delay, random);
    link.up(() => replica.connect(link, visitor));
    return link;
  }

  replica(region: string): Replica {
    const known = this.replicas.get(region);
    if (known !== undefined) return known;
    const fresh = new Replica(this.world, region, this.plan.weather, this.#restores, {
      limits: this.#mutation?.limits?.(this.plan.limits) ?? this.plan.limits,
      ledger: this.ledger,
      regions: (old) => (old ? this.plan.regions.slice(0, 1) : this.regions),
      callReplica: (from, to, verb, request, deadlineMs) =>
        this.network.call(from, this.replica(to), verb, request, deadlineMs),
      callHub: (from, verb, request) => this.network.call(from, this.hub, verb, request, HUB_DEADLINE_MS),
      mutation: this.#mutation,
      clocksAreWrong: this.clocksAreWrong,
      admitted: () => this.#countConnections(),
    });
    fresh.isOld = this.#isOld;
    fresh.skew = this.#skews.get(region) ?? 0;
    this.replicas.set(region, fresh);
    return fresh;
  }

  /** Where visitors go. */
  get open(): readonly string[] {
    return this.regions.filter((region) => !this.#closed.includes(region));
  }

  #countConnections(): void {
    let count = 0;
    for (const replica of this.replicas.values()) count += replica.admitted;
    // Nobody can tell that its storage went back to where it had more slots: only an operator does that.
    if (this.#restores) return;
    if (count > this.plan.limits.connectionsPerRoom)
      this.ledger.violations.push(
        `capacity: ${count} connections at once, allowed ${this.plan.limits.connectionsPerRoom}`,
      );
  }

  #skew(region: string, ms: number): void {
    this.#skews.set(region, ms);
    const replica = this.replicas.get(region);
    if (replica === undefined || replica.skew === ms) return;
    replica.skew = ms;
    this.ledger.broke(region);
  }

  #take(step: Step): void {
    switch (step.do) {
      case "come":
      case "leave":
        this.#client(step.user)[step.do]();
        return;
      case "drop":
        this.#client(step.user).drop(100, 200);
        return;
      case "vanish":
        this.#client(step.user).drop(step.ms, 15 * 60_000);
        return;
      case "hop":
        this.#client(step.user).hop(step.place);
        return;
      case "say": {
        const client = this.#client(step.user);
        for (let count = 0; count < step.count; count++) client.say(`${step.user} ${++this.#texts}`);
        return;
      }
      case "forget":
      case "repeat":
      case "type":
        this.v1.get(step.user)?.[step.do]();
        return;
      case "remove": {
        const { acks } = this.ledger;
        const ack = acks[acks.length - 1 - (step.pick % Math.min(10, acks.length || 1))];
        if (ack !== undefined) this.#visit(step.place, (replica) => replica.remove(ack.id));
        return;
      }
      case "kick": {
        const userId = this.v1.get(step.user)?.userId;
        if (userId !== undefined) this.#kick(step.place, userId, step.banSeconds);
        return;
      }
      case "crash":
        this.#object(step.object)?.crash(step.point);
        return;
      case "sleep":
        this.#object(step.object)?.hibernate();
        return;
      case "failWrite": {
        const object = this.#object(step.object);
        if (object !== undefined) object.sql.failNext = true;
        return;
      }
      case "loseStorage":
        this.#lose(step.object, 0);
        return;
      case "restore":
        this.#lose(step.object, step.share);
        return;
      case "skew":
        this.#skew(step.region, step.ms);
        return;
      case "cut":
        this.network.cut(step.a, step.b, step.ms);
        return;
      case "configure":
        this.regions = step.regions;
        this.#closed = step.closed;
        this.#deploy(step.ms);
        return;
      case "deploy":
        this.#deploy(step.ms);
        return;
      case "upgrade":
        this.#isOld = false;
        this.regions = this.plan.regions;
        this.#deploy(step.ms);
        return;
      default:
        step satisfies never;
    }
  }

  #client(name: string): V1Client | PlainClient {
    const client = this.v1.get(name) ?? this.plain.get(name);
    if (client === undefined) throw new Error(`The plan has no user "${name}"`);
    return client;
  }

  /** By way of the Worker near `place`. */
  #visit(place: string, ask: (replica: Replica) => void): void {
    const replica = this.replica(nearest(place, this.open));
    this.world.after(LAST_MILE_MS + roundTripMs(place, replica.region) / 2, () => ask(replica));
  }

  /** With one region the room itself decides, with more its hub does. */
  #kick(place: string, userId: string, banSeconds: number): void {
    if (this.regions.length === 1) this.#visit(place, (replica) => replica.kick(userId, banSeconds));
    else
      this.world.after(LAST_MILE_MS + roundTripMs(place, this.hub.region) / 2, () =>
        this.hub.kick(userId, banSeconds),
      );
  }

  #deploy(ms: number): void {
    for (const object of this.objects)
      this.world.after(this.world.random("deploy").between(0, ms), () => {
        if (object instanceof Replica) object.isOld = this.#isOld;
        object.crash("now");
      });
  }

  #object(name: string): Replica | HubObject | undefined {
    return name === HUB ? this.hub : this.replicas.get(name);
  }

  #lose(region: string, share: number): void {
    if (region === HUB) this.hub.loseStorage(share);
    const replica = this.replicas.get(region);
    if (replica === undefined) return;
    const others = this.participants.map((other) => other.region).filter((other) => other !== region);
    const hadPeers = replica.membership.members.length > 1;
    replica.loseStorage(share);
    // One that knows of no peer has nobody to notice it by: that is not promised.
    if (hadPeers && replica.membership.members.length < 2) replica.loseStorage();
    this.ledger.lost(region, replica.ids(), others);
  }
}

/** What passes between objects, as a mutation changes it. */
function mutated(value: unknown, mutation: Mutation | undefined): unknown {
  if (mutation?.bundle === undefined && mutation?.membership === undefined) return value;
  if (typeof value !== "object" || value === null) return value;
  const changed: Record<string, unknown> = { ...value };
  const membership = decodeMembership(changed.membership);
  if (membership !== undefined && mutation.membership !== undefined)
    changed.membership = mutation.membership(membership);
  const bundle = decodeBundle(changed);
  return bundle !== undefined && mutation.bundle !== undefined ? mutation.bundle(bundle) : changed;
}
