/**
 * The control plane of a room that has several regions: who replicates it, how many connections each region may take,
 * who is banned, and the room's line in the directory. Never on the path of a message. Every verb may come late, doubled
 * or not at all. With empty storage the hub knows nothing, and answers nobody before every replica has reported.
 */
import type { Attended, Claim, Grant, Registered } from "../hub-port.ts";
import { BAN_SECONDS, DIRECTORY_DELAY_MS, DIRECTORY_INTERVAL_MS } from "../limits.ts";
import { Schedule } from "../schedule.ts";
import { ban } from "./ban-book.ts";
import { Capacity, StaleClaim } from "./capacity.ts";
import { census } from "./census.ts";
import { readAttendance, readClaim, readRegistration, readWish } from "./claims.ts";
import { establish } from "./founding.ts";
import type { HubHost, HubSettings } from "./hub-host.ts";
import type { HubStore } from "./hub-store.ts";
import { Inquiry } from "./inquiry.ts";
import { jobsOf } from "./jobs.ts";
import { freeSlots } from "./ledger.ts";
import {
  CLEANUP_AFTER_MS,
  DRAIN_AFTER_MS,
  FOUNDING_PAUSE_MS,
  KICK_WINDOW_MS,
  NOTICE_DEADLINE_MS,
  SETTLING_MS,
} from "./limits.ts";
import { Notices } from "./notices.ts";
import type { HubJob, Office } from "./office.ts";
import { isMember, Registry } from "./registry.ts";

/** A founded hub at work. */
interface Desk {
  readonly office: Office;
  readonly capacity: Capacity;
  readonly inquiry: Inquiry;
}

export class Hub {
  readonly #store: HubStore;
  readonly #host: HubHost;
  readonly #settings: HubSettings;
  #desk: Desk | undefined;
  #founding: Promise<Desk> | undefined;
  #failed: { readonly at: number; readonly error: unknown } | undefined;

  constructor(store: HubStore, host: HubHost, settings: HubSettings) {
    this.#store = store;
    this.#host = host;
    this.#settings = settings;
    if (store.founded) this.#desk = this.#open(store.facts.get("room") ?? "");
  }

  /** A replica was founded, or has a new life. */
  async register(registration: unknown): Promise<Registered> {
    const asked = readRegistration(registration);
    const named = asked.membership.members.map(({ region }) => region);
    const desk = await this.#ready(asked.room, [asked.region, ...named]);
    const { store, registry } = desk.office;
    await this.#know(desk, asked);
    if (asked.membership.version > registry.version)
      registry.change(() => registry.above(asked.membership.version));
    const grant = await desk.capacity.answer(asked);
    return { ...grant, membership: registry.membership(), bans: store.bans.endingAfter(this.#host.now()) };
  }

  async acquire(wish: unknown): Promise<Grant> {
    const asked = readWish(wish);
    const desk = await this.#ready(asked.room, [asked.region]);
    await this.#know(desk, asked);
    return desk.capacity.answer(asked);
  }

  async release(claim: unknown): Promise<Grant> {
    const given = readClaim(claim);
    const desk = await this.#ready(given.room, [given.region]);
    await this.#know(desk, given);
    return desk.capacity.take(given);
  }

  /** How many users and connections are in a region. */
  async attend(attendance: unknown): Promise<Attended> {
    const counted = readAttendance(attendance);
    const desk = await this.#ready(counted.room, [counted.region]);
    const { store, schedule, registry } = desk.office;
    if (store.replicas.get(counted.region)?.origin !== counted.origin) await desk.inquiry.ask(counted.region);
    const known = store.replicas.get(counted.region);
    if (known === undefined || known.origin !== counted.origin) throw new StaleClaim(counted);
    const attended = { n: known.n, version: known.version };
    if (counted.at < known.countedAt) return attended;
    const now = this.#host.now();
    const { users, connections } = counted;
    store.replicas.save({ ...known, users, connections, countedAt: Math.min(counted.at, now), heardAt: now });
    if (users !== known.users) this.#changeDirectory(desk.office);
    if (registry.members().every((member) => member.connections === 0))
      schedule.by("cleanup", now + CLEANUP_AFTER_MS);
    return attended;
  }

  /** Closes a user's connections everywhere, and keeps the user out with `banSeconds`. */
  async kick(request: {
    readonly room: string;
    readonly userId: string;
    readonly banSeconds?: number | undefined;
  }): Promise<{ readonly closed: number }> {
    const { office } = await this.#ready(request.room, []);
    const { store, registry, notices, schedule } = office;
    const { userId, banSeconds = 0 } = request;
    const now = this.#host.now();
    const until = now + Math.min(Math.ceil(banSeconds), BAN_SECONDS) * 1000;
    const regions = registry.members().map(({ region }) => region);
    registry.change(() => {
      if (banSeconds > 0) ban(store, userId, until, now);
      for (const region of regions)
        store.kicks.save({ region, userId, until: Math.max(until, now + KICK_WINDOW_MS) });
    });
    // Whom the notices below do not reach.
    schedule.by("notices", now + NOTICE_DEADLINE_MS);
    const told = await Promise.allSettled(regions.map((region) => notices.tell(region)));
    const closed = told.reduce(
      (sum, one) => sum + (one.status === "fulfilled" && one.value.founded ? one.value.closed : 0),
      0,
    );
    const missed = told.filter(({ status }) => status === "rejected").length;
    this.#host.log("kicked", { room: office.room, userId, closed, banSeconds, missed });
    return { closed };
  }

  /** Of a hub that has nothing stored: 0 and none. Founds nothing. */
  info(): { readonly users: number; readonly regions: readonly string[] } {
    const members = this.#desk?.office.registry.members() ?? [];
    return {
      users: members.reduce((sum, { users }) => sum + users, 0),
      regions: members.map(({ region }) => region),
    };
  }

  /** The alarm. Never throws, unless the storage does. */
  async alarm(): Promise<void> {
    const desk = this.#desk;
    if (desk === undefined) return;
    const { office, capacity, inquiry } = desk;
    const jobs = jobsOf(office, capacity, inquiry, () => {
      this.#desk = undefined;
    });
    await office.schedule.run(jobs, this.#host.now, (job, error) => {
      this.#host.log("job_failed", { room: office.room, job, error: String(error) });
    });
  }

  /** @param regions where replicas may be, beside those of the settings */
  #ready(room: string, regions: readonly string[]): Promise<Desk> {
    if (this.#desk !== undefined) return Promise.resolve(this.#desk);
    const now = this.#host.now();
    if (this.#failed !== undefined && now >= this.#failed.at && now < this.#failed.at + FOUNDING_PAUSE_MS)
      return Promise.reject(this.#failed.error);
    this.#founding ??= this.#found(room, regions).finally(() => {
      this.#founding = undefined;
    });
    return this.#founding;
  }

  async #found(room: string, regions: readonly string[]): Promise<Desk> {
    try {
      const reports = await census(this.#host.replicas, room, [...this.#settings.regions, ...regions]);
      const registry = new Registry(this.#store, this.#host, this.#settings, () => {});
      this.#store.transaction(() => {
        this.#store.found();
        establish(room, reports, this.#store, this.#host, registry);
      });
      const desk = this.#open(room);
      const now = this.#host.now();
      desk.office.schedule.by("notices", now);
      desk.office.schedule.by("drain", now + DRAIN_AFTER_MS);
      desk.office.schedule.by("cleanup", now + CLEANUP_AFTER_MS);
      const banned = this.#store.bans.earliest();
      if (banned !== undefined) desk.office.schedule.by("bans", banned);
      if (registry.members().some(({ users }) => users > 0)) this.#changeDirectory(desk.office);
      this.#desk = desk;
      this.#host.log("hub_founded", { room, members: registry.members().length });
      return desk;
    } catch (error) {
      this.#failed = { at: this.#host.now(), error };
      this.#host.log("hub_not_ready", { room, error: String(error) });
      throw error;
    }
  }

  /** What is in the storage goes to work. */
  #open(room: string): Desk {
    const [store, host, settings] = [this.#store, this.#host, this.#settings];
    const schedule = new Schedule<HubJob>(store, host.arm, host.now());
    const registry = new Registry(store, host, settings, () => {
      schedule.by("notices", host.now());
      const banned = store.bans.earliest();
      if (banned !== undefined) schedule.by("bans", banned);
      if (registry.members().some(({ state }) => state === "leaving")) {
        store.facts.set("drainTries", undefined);
        schedule.by("drain", host.now() + DRAIN_AFTER_MS);
      }
    });
    const notices = new Notices(room, store, host, registry);
    const office: Office = { room, store, host, settings, registry, notices, schedule };
    // The settings may be others than those of before.
    const next = registry.reconcile();
    if (next !== undefined) schedule.by("drain", next);
    if (freeSlots(store.replicas.all(), settings.connectionsPerRoom) < 0) schedule.by("recall", host.now());
    return { office, capacity: new Capacity(office), inquiry: new Inquiry(office) };
  }

  /**
   * Makes sure that the caller is the present life of its region's replica: one that we do not know may be a life that
   * is over, whose call comes late.
   * @throws StaleClaim
   */
  async #know({ office, inquiry }: Desk, caller: Claim): Promise<void> {
    const { store, registry } = office;
    const known = store.replicas.get(caller.region);
    if (known?.origin === caller.origin) {
      if (isMember(known)) return;
      const { origin, n, bound, solicited } = known;
      registry.change(() => registry.adopt(caller.region, { origin, n, holds: bound }, solicited));
      return;
    }
    const isYoung = this.#host.now() < Number(store.facts.get("foundedAt") ?? 0) + SETTLING_MS;
    if (known === undefined && !isYoung) {
      registry.change(() => registry.adopt(caller.region, caller, false));
      return;
    }
    await inquiry.ask(caller.region);
    if (store.replicas.get(caller.region)?.origin !== caller.origin) throw new StaleClaim(caller);
  }

  /** Soon, so that a burst of arrivals is one write; and at most once a minute. */
  #changeDirectory({ store, schedule }: Office): void {
    const now = this.#host.now();
    const last = Number(store.facts.get("directoryAt") ?? 0);
    const allowed = last <= now ? last + DIRECTORY_INTERVAL_MS : 0;
    schedule.by("directory", Math.max(now + DIRECTORY_DELAY_MS, allowed));
  }
}
