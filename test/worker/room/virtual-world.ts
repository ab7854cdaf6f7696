/** A room in several regions, in virtual time: the real heart and SQL of each, and calls between them that may fail. */
import type { ChatLimits } from "../../../worker/bindings.ts";
import { type Bundle, decodeBundle } from "../../../worker/room/bundle.ts";
import type { Connection } from "../../../worker/room/connection.ts";
import type { Host } from "../../../worker/room/host.ts";
import type {
  Attendance,
  Attended,
  Claim,
  HubNotice,
  Noticed,
  Registration,
  Wish,
} from "../../../worker/room/hub-port.ts";
import { found } from "../../../worker/room/life.ts";
import type { Member } from "../../../worker/room/membership.ts";
import { Room } from "../../../worker/room/room.ts";
import type { Newcomer } from "../../../worker/room/welcome.ts";
import { isFounded, migrate } from "../../../worker/storage/migrate.ts";
import { SqlRoomStore } from "../../../worker/storage/room-store.ts";
import { type MemorySql, memorySql } from "./memory-sql.ts";
import { LIMITS, VirtualSocket } from "./virtual-room.ts";

export interface Visitor {
  readonly socket: VirtualSocket;
  readonly connection: Connection;
  say(message: string, clientId?: string): void;
  send(frame: unknown): void;
}

/** Lets everything that is ready to run, run. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

/** One object: its storage outlives it, its memory does not. */
export class Site {
  readonly region: string;
  readonly #world: World;
  sql: MemorySql = memorySql();
  alarm: number | undefined;
  /** Ahead of everybody else's clock, ms. */
  skew = 0;
  room: Room | undefined;
  readonly log: string[] = [];
  alarmsSet = 0;
  points = 0;
  directoryWrites = 0;
  /** Answers to a life that is over reach nobody. */
  #life = 0;
  #sockets: VirtualSocket[] = [];

  constructor(world: World, region: string) {
    this.#world = world;
    this.region = region;
  }

  get now(): number {
    return this.#world.now + this.skew;
  }

  get timers(): number {
    return this.#world.timersOf(this);
  }

  awake(): Room {
    this.room ??= this.#open();
    return this.room;
  }

  #open(): Room {
    const life = ++this.#life;
    const host = this.#host(() => this.#life === life);
    if (!isFounded(this.sql)) {
      migrate(this.sql);
      found(new SqlRoomStore(this.sql), { room: "lobby", region: this.region }, host);
    }
    const { limits, regions } = this.#world;
    const room = new Room(new SqlRoomStore(this.sql), host, { limits, regions, version: "v" });
    for (const socket of this.#sockets)
      if (socket.closed === undefined && socket.state !== undefined) room.restore(socket, socket.state);
    room.settle();
    return room;
  }

  /** Memory is gone, the sockets stay. */
  sleep(): void {
    this.room = undefined;
    this.#life++;
  }

  /** The process dies: memory and sockets are gone. */
  crash(): void {
    this.room = undefined;
    this.#life++;
    this.#world.forgetTimers(this);
    for (const socket of this.#sockets) socket.closed ??= 1006;
    this.#sockets = [];
  }

  loseStorage(): void {
    this.crash();
    this.sql = memorySql();
    this.alarm = undefined;
  }

  async enter(userId: string, more: Partial<Newcomer> = {}): Promise<Visitor> {
    const pending = this.awake().ready(more.resuming === true ? more.since : undefined);
    if (pending !== undefined) await this.#world.until(pending);
    const room = this.awake();
    const admission = room.admit(userId);
    if (admission.kind === "refused") throw new Error(admission.error.code);
    const socket = new VirtualSocket();
    this.#sockets.push(socket);
    const newcomer = { userId, username: userId, plain: false, resuming: false, session: "s", ...more };
    const connection = room.join(socket, `c${this.#world.id()}`, newcomer);
    const send = (frame: unknown) => room.receive(connection, JSON.stringify(frame));
    return {
      socket,
      connection,
      send,
      say: (message, clientId) =>
        send({ type: "chat_message", message, ...(clientId === undefined ? {} : { clientId }) }),
    };
  }

  leave(visitor: Visitor): void {
    visitor.socket.closed = 1000;
    this.room?.left(visitor.connection);
  }

  sync(bundle: unknown): Bundle {
    const decoded = decodeBundle(bundle);
    if (decoded === undefined) throw new Error("no bundle");
    return this.awake().sync(decoded);
  }

  notice(notice: HubNotice): Noticed {
    return isFounded(this.sql) ? this.awake().heed(notice) : { founded: false };
  }

  async ring(): Promise<void> {
    this.alarm = undefined;
    await this.#world.until(this.awake().alarm());
  }

  get isFounded(): boolean {
    return isFounded(this.sql);
  }

  /** Every place above the floor, as it is shown. */
  get places(): { place: string; id: string; state: number; message: string }[] {
    if (!isFounded(this.sql)) return [];
    const floor =
      this.sql.all<{ value: string }>("SELECT value FROM facts WHERE key = 'floor'")[0]?.value ?? "";
    return this.sql.all(
      "SELECT place, id, state, message FROM entries WHERE place > ? ORDER BY place",
      floor,
    );
  }

  get shown(): string[] {
    return this.places.filter(({ state }) => state === 0).map(({ message }) => message);
  }

  #host(alive: () => boolean): Host {
    const world = this.#world;
    const call = <T>(to: string, work: () => T) => world.call(this.region, to, alive, work);
    return {
      now: () => this.now,
      random: () => world.random(),
      later: (ms, run) => world.later(this, ms, () => alive() && run()),
      arm: (at) => {
        this.alarmsSet++;
        if (alive()) this.alarm = at;
      },
      log: (event) => {
        this.log.push(event);
      },
      directory: {
        write: async () => {
          this.directoryWrites++;
        },
      },
      measure: () => {
        this.points++;
      },
      peers: {
        sync: (region, bundle, deadlineMs) =>
          world.within(
            deadlineMs,
            call(region, () => world.site(region).sync(structuredClone(bundle))),
          ),
      },
      hub: {
        register: (registration) => call("hub", () => world.hub.register(registration)),
        acquire: (wish) => call("hub", () => world.hub.acquire(wish)),
        release: (claim) => call("hub", () => world.hub.claim(claim)),
        attend: (attendance) => call("hub", () => world.hub.attend(attendance)),
      },
      destroy: async () => {
        this.loseStorage();
      },
    };
  }
}

/** The smallest hub that keeps the contract of `hub-port`; the real one has its own tests. */
class SmallHub {
  readonly #world: World;
  version = 0;
  members: readonly Member[] = [];
  /** The version that each region has. */
  readonly told = new Map<string, number>();
  readonly granted = new Map<string, { origin: string; n: number; slots: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  claim({ region, origin, n, holds }: Claim): { n: number; granted: number } {
    const known = this.granted.get(region);
    if (known === undefined || known.origin !== origin || known.n <= n)
      this.granted.set(region, { origin, n, slots: holds });
    return { n: this.granted.get(region)?.n ?? n, granted: holds };
  }

  attend({ region, origin }: Attendance): Attended {
    const known = this.granted.get(region);
    return known?.origin === origin ? { n: known.n, version: this.told.get(region) } : {};
  }

  acquire(wish: Wish): { n: number; granted: number; full: boolean } {
    const { n } = this.claim(wish);
    const own = this.granted.get(wish.region);
    const free = () =>
      this.#world.limits.connectionsPerRoom -
      [...this.granted.values()].reduce((sum, { slots }) => sum + slots, 0);
    if (free() < wish.wants - wish.holds)
      for (const region of this.granted.keys())
        if (region !== wish.region && !this.#world.isCut(region, "hub")) {
          const noticed = this.#world.site(region).notice({ recall: true });
          if (noticed.founded) this.claim({ room: "lobby", region, ...noticed });
        }
    const slots = Math.min(wish.wants, wish.holds + Math.max(0, free()));
    if (own !== undefined) own.slots = slots;
    return { n, granted: slots, full: slots <= wish.holds };
  }

  register(registration: Registration) {
    const { region, origin } = registration;
    const grant = this.acquire(registration);
    if (!this.members.some((member) => member.region === region && member.origin === origin)) {
      this.members = [...this.members.filter((member) => member.region !== region), { region, origin }];
      this.version++;
      for (const member of this.members)
        if (member.region !== region && !this.#world.isCut(member.region, "hub")) this.#tell(member.region);
    }
    return { ...grant, membership: this.membership, bans: [] };
  }

  #tell(region: string): void {
    const noticed = this.#world.site(region).notice({ membership: this.membership });
    if (noticed.founded) this.told.set(region, noticed.version);
  }

  get membership() {
    return { version: this.version, members: this.members };
  }
}

export class World {
  now = 1_800_000_000_000;
  readonly regions: readonly string[];
  readonly limits: ChatLimits;
  readonly hub = new SmallHub(this);
  /** ms, one way. */
  delay = 40;
  calls = 0;
  readonly #cut = new Set<string>();
  readonly #sites = new Map<string, Site>();
  #timers: { readonly at: number; readonly run: () => void; readonly of: Site | undefined }[] = [];
  #ids = 0;
  #seed = 1;

  constructor(regions: readonly string[] = ["weur", "apac"], limits: Partial<ChatLimits> = {}) {
    this.regions = regions;
    this.limits = { ...LIMITS, ...limits };
  }

  random(): number {
    this.#seed = (this.#seed * 16807) % 2147483647;
    return this.#seed / 2147483647;
  }

  id(): number {
    return ++this.#ids;
  }

  clientId(ageMs = 0): string {
    return `${(this.now - ageMs).toString(36)}-client${String(this.id()).padStart(8, "0")}`;
  }

  site(region: string): Site {
    const site = this.#sites.get(region) ?? new Site(this, region);
    this.#sites.set(region, site);
    return site;
  }

  get sites(): Site[] {
    return [...this.#sites.values()];
  }

  cut(a: string, b: string): void {
    this.#cut.add([a, b].sort().join());
  }

  heal(): void {
    this.#cut.clear();
  }

  isCut(a: string, b: string): boolean {
    return this.#cut.has([a, b].sort().join());
  }

  later(of: Site | undefined, ms: number, run: () => void): () => void {
    const timer = { at: this.now + ms, run, of };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  timersOf(site: Site): number {
    return this.#timers.filter(({ of }) => of === site).length;
  }

  forgetTimers(site: Site): void {
    this.#timers = this.#timers.filter(({ of }) => of !== site);
  }

  /** A call takes its time there and back; an answer to a caller that died settles nowhere. */
  async call<T>(from: string, to: string, alive: () => boolean, work: () => T): Promise<T> {
    this.calls++;
    await this.#travel(from, to);
    const answer = structuredClone(work());
    await this.#travel(from, to);
    if (!alive()) return new Promise<T>(() => {});
    return answer;
  }

  #travel(from: string, to: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.later(undefined, this.delay, () => {
        if (this.isCut(from, to)) reject(new Error(`${from} cannot reach ${to}`));
        else resolve();
      });
    });
  }

  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.later(undefined, ms, () => reject(new Error("too late")));
      work.then(resolve, reject).finally(cancel);
    });
  }

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    for (let steps = 0; steps < 10_000; steps++) {
      await settle();
      if (done) return work;
      if (!(await this.#step(Number.POSITIVE_INFINITY, false))) break;
    }
    return work;
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    while (await this.#step(end, true)) await settle();
    this.now = Math.max(this.now, end);
  }

  async #step(end: number, alarms: boolean): Promise<boolean> {
    const [timer] = [...this.#timers].sort((a, b) => a.at - b.at);
    const ringing = alarms
      ? this.sites
          .flatMap((site) => (site.alarm === undefined ? [] : [{ site, at: site.alarm - site.skew }]))
          .sort((a, b) => a.at - b.at)[0]
      : undefined;
    const at = Math.min(timer?.at ?? Number.POSITIVE_INFINITY, ringing?.at ?? Number.POSITIVE_INFINITY);
    if (at > end || at === Number.POSITIVE_INFINITY) return false;
    this.now = Math.max(this.now, at);
    if (timer !== undefined && timer.at === at) {
      this.#timers = this.#timers.filter((one) => one !== timer);
      timer.run();
    } else if (ringing !== undefined) await ringing.site.ring();
    return true;
  }
}
