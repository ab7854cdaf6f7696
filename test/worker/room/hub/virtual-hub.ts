/** The real hub over the real SQL in virtual time, with model replicas and a network that a test can disturb. */
import { Hub } from "../../../../worker/room/hub/hub.ts";
import type { HubHost, HubSettings, RoomEntry } from "../../../../worker/room/hub/hub-host.ts";
import type { Known } from "../../../../worker/room/hub/hub-store.ts";
import type { Grant, HubNotice, Registered } from "../../../../worker/room/hub-port.ts";
import { SqlHubStore } from "../../../../worker/storage/hub-store.ts";
import { type MemorySql, memorySql } from "../memory-sql.ts";
import { ReplicaModel, ROOM } from "./replica-model.ts";

/** A message under way. */
export interface Parcel {
  readonly to: string;
  readonly deliver: () => void;
}

export class VirtualHub {
  now = 1_800_000_000_000;
  alarm: number | undefined;
  sql: MemorySql = memorySql();
  store = new SqlHubStore(this.sql);
  hub: Hub;
  readonly replicas = new Map<string, ReplicaModel>();
  readonly entries: RoomEntry[] = [];
  readonly log: string[] = [];
  /** Calls by the hub, as `report weur`. */
  readonly calls: string[] = [];
  readonly notices: HubNotice[] = [];
  /** Regions that nobody reaches. */
  readonly cutOff = new Set<string>();
  /** Parcels wait until a test delivers them. */
  holding = false;
  parcels: Parcel[] = [];
  destroyed = 0;
  settings: HubSettings;
  /** Lives of the hub: what an earlier one asked for is not for this one. */
  #life = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(regions: readonly string[], limit = 100) {
    this.settings = { regions, connectionsPerRoom: limit };
    for (const region of regions) this.replica(region);
    this.hub = this.#open();
  }

  replica(region: string): ReplicaModel {
    const known = this.replicas.get(region);
    if (known !== undefined) return known;
    const fresh = new ReplicaModel(region, this.settings.connectionsPerRoom);
    this.replicas.set(region, fresh);
    return fresh;
  }

  get known(): readonly Known[] {
    return this.store.founded ? this.store.replicas.all() : [];
  }

  #open(): Hub {
    this.store = new SqlHubStore(this.sql);
    return new Hub(this.store, this.#host(), this.settings);
  }

  restart(settings: Partial<HubSettings> = {}): void {
    this.#life++;
    this.settings = { ...this.settings, ...settings };
    this.hub = this.#open();
  }

  loseStorage(): void {
    this.sql = memorySql();
    this.alarm = undefined;
    this.restart();
  }

  /** Everything that runs without the clock has run. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.settle();
      const timer = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      const next = Math.min(timer?.at ?? Infinity, this.alarm ?? Infinity);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (timer !== undefined && timer.at <= (this.alarm ?? Infinity)) {
        this.#timers = this.#timers.filter((one) => one !== timer);
        timer.run();
      } else {
        this.alarm = undefined;
        void this.hub.alarm();
      }
    }
    this.now = end;
  }

  /** A replica's call; what it brings is taken if the replica still lives. */
  async register(region: string, wants = 1): Promise<Registered> {
    return this.#call(region, this.replica(region).registration(wants), "register");
  }
  async acquire(region: string, wants: number): Promise<Grant> {
    return this.#call(region, this.replica(region).wish(wants), "acquire");
  }
  async release(region: string): Promise<Grant> {
    return this.#call(region, this.replica(region).giveBack(), "release");
  }
  async attend(region: string): Promise<unknown> {
    const { origin = "", used } = this.replica(region);
    const attendance = { room: ROOM, region, origin, users: used, connections: used, at: this.now };
    return this.#send("hub", () => this.hub.attend(attendance));
  }

  async #call<T extends Grant>(region: string, request: object, verb: "register" | "acquire" | "release") {
    const replica = this.replica(region);
    const { origin } = replica;
    // The verb's own answer.
    const answer = (await this.#send("hub", () => this.hub[verb](request))) as T & Partial<Registered>;
    if (replica.origin === origin) {
      if (answer.membership !== undefined) replica.learn(answer.membership);
      replica.take(answer);
    }
    return answer;
  }

  /** A request and its answer: two parcels. */
  #send<T>(to: string, call: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const back = (settle: () => void) => this.#post({ to: "back", deliver: settle });
      const run = () => {
        if (this.cutOff.has(to)) {
          reject(new Error(`${to} is cut off`));
          return;
        }
        Promise.resolve()
          .then(call)
          .then(
            (value) => back(() => resolve(value)),
            (error) => back(() => reject(error)),
          );
      };
      this.#post({ to, deliver: run });
    });
  }

  /** Takes the oldest parcel to that place out of the held ones. */
  async parcel(to: string): Promise<Parcel> {
    await this.settle();
    const at = this.parcels.findIndex((parcel) => parcel.to === to);
    const [found] = at < 0 ? [] : this.parcels.splice(at, 1);
    if (found === undefined)
      throw new Error(`nothing is under way to ${to}, only ${this.parcels.map((one) => one.to)}`);
    return found;
  }
  async deliver(...places: readonly string[]): Promise<void> {
    for (const to of places) (await this.parcel(to)).deliver();
    await this.settle();
  }

  #post(parcel: Parcel): void {
    if (this.holding) this.parcels.push(parcel);
    else parcel.deliver();
  }

  async #ask<T>(verb: string, region: string, deadlineMs: number, answer: () => T): Promise<T> {
    this.calls.push(`${verb} ${region}`);
    const life = this.#life;
    return new Promise<T>((resolve, reject) => {
      const settle = (how: () => void) => {
        // A hub that died hears nothing more.
        if (life !== this.#life) return;
        this.#timers = this.#timers.filter((one) => one !== late);
        how();
      };
      const late = { at: this.now + deadlineMs, run: () => settle(() => reject(new Error("late"))) };
      this.#timers.push(late);
      this.#send(region, answer).then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    });
  }

  #host(): HubHost {
    const life = this.#life;
    const ifAlive = (run: () => void) => {
      if (life === this.#life) run();
    };
    return {
      now: () => this.now,
      arm: (at) =>
        ifAlive(() => {
          this.alarm = at;
        }),
      log: (event, facts) => {
        this.log.push(`${event} ${JSON.stringify(facts)}`);
      },
      directory: {
        write: async (entry) => {
          this.entries.push(entry);
        },
      },
      replicas: {
        report: (region, _room, deadlineMs) =>
          this.#ask("report", region, deadlineMs, () => this.replica(region).report()),
        notice: (region, _room, notice, deadlineMs) =>
          this.#ask("notice", region, deadlineMs, () => {
            this.notices.push(notice);
            return this.replica(region).notice(notice);
          }),
      },
      destroy: async () => {
        this.destroyed++;
        this.sql = memorySql();
        this.alarm = undefined;
        this.restart();
      },
    };
  }
}
