/** One run of a plan: a room over several regions, its users, and everything that befalls them. */
import { Ledger } from "./check/ledger.ts";
import type { ClientEnd } from "./clients/link.ts";
import { Link } from "./clients/link.ts";
import { PlainClient } from "./clients/plain-client.ts";
import type { Surroundings, Visitor } from "./clients/surroundings.ts";
import { V1Client } from "./clients/v1-client.ts";
import { BEGINNING, World } from "./engine/world.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { Network } from "./network/network.ts";
import { nearest, roundTripMs } from "./network/region-latency.ts";
import { Replica } from "./objects/replica.ts";
import type { Plan, Step } from "./schedule/plan.ts";

/** One way between a user and the region's data centre, ms: half of a usual last mile. */
const LAST_MILE_MS = 8;
const CALM = { requestLost: 0, answerLost: 0, twice: 0, jitter: 0.3 };

export class Simulation implements Surroundings {
  readonly plan: Plan;
  readonly world: World;
  readonly ledger: Ledger;
  readonly network: Network;
  readonly replicas = new Map<string, Replica>();
  readonly v1 = new Map<string, V1Client>();
  readonly plain = new Map<string, PlainClient>();
  /** The stack's regions as of now: where visitors go. */
  regions: readonly string[];
  readonly #mutation: Mutation | undefined;
  readonly #restores: boolean;
  readonly #skews = new Map<string, number>();
  #texts = 0;

  constructor(plan: Plan, tracing: boolean, mutation: Mutation | undefined) {
    this.#mutation = mutation;
    this.plan = plan;
    this.world = new World(plan.seed, tracing);
    this.ledger = new Ledger(this.world);
    this.network = new Network(this.world, plan.weather);
    this.regions = plan.regions;
    this.#restores = plan.steps.some((step) => step.do === "restore");
    for (const { name, place, kind, clockMs } of plan.users)
      if (kind === "v1") this.v1.set(name, new V1Client(this.world, name, place, clockMs, this));
      else this.plain.set(name, new PlainClient(this.world, name, place, this));
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
    for (const replica of this.replicas.values()) this.#skew(replica.region, 0);
    for (const client of [...this.v1.values(), ...this.plain.values()]) client.wake();
  }

  /** Whom the full room keeps outside goes home. */
  outsidersLeave(): void {
    for (const client of [...this.v1.values(), ...this.plain.values()]) if (!client.online) client.leave();
  }

  everybodyLeaves(): void {
    for (const client of [...this.v1.values(), ...this.plain.values()]) client.leave();
  }

  end(): void {
    for (const replica of this.replicas.values()) replica.sql.close();
  }

  connect(client: ClientEnd, place: string, plain: boolean, visitor: Visitor): Link {
    const region = nearest(place, this.regions);
    const replica = this.replica(region);
    const oneWayMs = LAST_MILE_MS + roundTripMs(place, region) / 2;
    const link = new Link(
      this.world,
      client,
      replica,
      plain,
      oneWayMs,
      this.world.random(`link ${client.name}`),
    );
    link.up(() => replica.connect(link, visitor));
    return link;
  }

  replica(region: string): Replica {
    const known = this.replicas.get(region);
    if (known !== undefined) return known;
    const fresh = new Replica(this.world, region, this.plan.weather, this.#restores, {
      limits: this.plan.limits,
      ledger: this.ledger,
      regions: () => this.regions,
      peersOf: (replica) => ({
        sync: (to, bundle, deadlineMs) =>
          this.network.call(replica, this.replica(to), "sync", bundle, deadlineMs),
      }),
      hubOf: () => {
        const none = () => Promise.reject(new Error("no hub"));
        return { register: none, acquire: none, release: none, attend: none };
      },
      mutation: this.#mutation,
      admitted: () => this.#countConnections(),
    });
    fresh.skew = this.#skews.get(region) ?? 0;
    this.replicas.set(region, fresh);
    return fresh;
  }

  #countConnections(): void {
    let count = 0;
    for (const replica of this.replicas.values()) count += replica.admitted;
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
        if (userId !== undefined) this.#visit(step.place, (replica) => replica.kick(userId, step.banSeconds));
        return;
      }
      case "crash":
        this.replicas.get(step.object)?.crash(step.point);
        return;
      case "sleep":
        this.replicas.get(step.object)?.hibernate();
        return;
      case "failWrite": {
        const replica = this.replicas.get(step.object);
        if (replica !== undefined) replica.sql.failNext = true;
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
        return;
      case "deploy":
        for (const replica of this.replicas.values())
          this.world.after(this.world.random("deploy").between(0, step.ms), () => replica.crash("now"));
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
    const replica = this.replica(nearest(place, this.regions));
    this.world.after(LAST_MILE_MS + roundTripMs(place, replica.region) / 2, () => ask(replica));
  }

  #lose(region: string, share: number): void {
    const replica = this.replicas.get(region);
    if (replica === undefined) return;
    replica.loseStorage(share);
    this.ledger.lost(region, replica.ids());
  }
}
