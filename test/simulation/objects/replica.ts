/** The object of a room in one region: the real heart and the real SQL, in a shell like worker/objects/chat-room. */
import type { ChatLimits } from "../../../worker/bindings.ts";
import { decodeBundle } from "../../../worker/room/bundle.ts";
import type { Connection } from "../../../worker/room/connection.ts";
import type { Host } from "../../../worker/room/host.ts";
import { decodeNotice, type HubPort } from "../../../worker/room/hub-port.ts";
import { found } from "../../../worker/room/life.ts";
import { JOB_RETRY_MS } from "../../../worker/room/limits.ts";
import { decodeMembership, type Membership, NO_MEMBERSHIP } from "../../../worker/room/membership.ts";
import { msOf } from "../../../worker/room/order.ts";
import { CLOSE, type ErrorFrame, REFUSALS } from "../../../worker/room/protocol.ts";
import { Room } from "../../../worker/room/room.ts";
import { isFounded, migrate } from "../../../worker/storage/migrate.ts";
import { SqlRoomStore } from "../../../worker/storage/room-store.ts";
import type { Row } from "../../../worker/storage/sql.ts";
import type { Ledger } from "../check/ledger.ts";
import type { Link, ServerEnd } from "../clients/link.ts";
import type { Visitor } from "../clients/surroundings.ts";
import type { World } from "../engine/world.ts";
import type { Mutation } from "../mutations/mutation.ts";
import type { Callee, Caller, Reply } from "../network/network.ts";
import { DurableObject, type Life } from "./durable-object.ts";

export const ROOM = "lobby";

export interface PlaceRow extends Row {
  order: string;
  id: string;
  origin: string;
  seq: number;
  userId: string;
  message: string;
  /** 0 a message, 1 deleted, 2 moved, 3 held. */
  state: number;
}

export interface ReplicaSurroundings {
  readonly limits: ChatLimits;
  readonly ledger: Ledger;
  /** The stack's regions as of now; old code has settings of its own. */
  regions(old: boolean): readonly string[];
  callReplica(
    from: Replica,
    region: string,
    verb: string,
    request: unknown,
    deadlineMs: number,
  ): Promise<unknown>;
  callHub(from: Replica, verb: string, request: unknown): Promise<unknown>;
  readonly mutation: Mutation | undefined;
  /** By more than a minute, somewhere in this run. */
  readonly clocksAreWrong: boolean;
  /** A connection was let in. */
  admitted(): void;
}

const severalRegions = (request: unknown): boolean =>
  typeof request === "object" && request !== null && "regions" in request && Number(request.regions) > 1;

class Shell implements Life {
  room: Room | undefined;
  readonly connections = new Map<Link, Connection>();
  readonly #failed: () => void;

  constructor(failed: () => void) {
    this.#failed = failed;
  }

  async alarm(): Promise<void> {
    try {
      await this.room?.alarm();
    } catch {
      this.#failed();
    }
  }
}

export class Replica extends DurableObject<Shell> implements ServerEnd, Callee, Caller {
  /** Runs code that knows no replicas. */
  isOld = false;
  readonly links = new Set<Link>();
  /** Whose request was not answered yet. */
  readonly #asking = new Set<Link>();
  readonly #around: ReplicaSurroundings;
  #names = 0;

  constructor(
    world: World,
    region: string,
    weather: { commitMs: number; alarmLateMs: number },
    keepsHistory: boolean,
    around: ReplicaSurroundings,
  ) {
    super(world, "room", region, region, weather, keepsHistory);
    this.#around = around;
    this.ungated = around.mutation?.ungated === true;
  }

  /** Sockets that count as connections of the room. */
  get admitted(): number {
    let count = 0;
    for (const link of this.links) if (link.serverOpen) count++;
    return count;
  }

  /** By connection. */
  get users(): string[] {
    return [...this.links].flatMap(({ serverOpen, state }) => (serverOpen && state ? [state.userId] : []));
  }

  /** Users of the whole room, as it says itself; undefined in its sleep. */
  get counted(): number | undefined {
    return this.life?.room?.info().users;
  }

  get isFounded(): boolean {
    return isFounded(this.sql);
  }

  /** Every id that the storage holds. */
  ids(): Set<string> {
    return new Set(this.rows().map(({ id }) => id));
  }

  /** All places, as they are stored. */
  rows(): PlaceRow[] {
    if (!isFounded(this.sql)) return [];
    return this.sql.all<PlaceRow>(
      'SELECT place AS "order", id, origin, seq, user_id AS userId, message, state FROM entries ORDER BY place',
    );
  }

  /** Of each place whose copy lost: where the winner stood. */
  winners(): Map<string, string> {
    if (!isFounded(this.sql)) return new Map();
    const rows = this.sql.all<{ place: string; winner: string }>("SELECT place, winner FROM moves");
    return new Map(rows.map(({ place, winner }) => [place, winner]));
  }

  fact(key: string): string | undefined {
    if (!isFounded(this.sql)) return undefined;
    return this.sql.all<{ value: string }>("SELECT value FROM facts WHERE key = ?", key)[0]?.value;
  }

  get membership(): Membership {
    return decodeMembership(JSON.parse(this.fact("membership") ?? "null")) ?? NO_MEMBERSHIP;
  }

  protected override wake(): Shell {
    const shell = new Shell(() => this.setAlarm(this.now + JOB_RETRY_MS));
    if (isFounded(this.sql)) this.#open(shell);
    return shell;
  }

  protected override dropSockets(): void {
    for (const link of this.links) link.cutByServer();
    this.links.clear();
    for (const link of this.#asking) link.failRequest();
    this.#asking.clear();
  }

  connect(link: Link, visitor: Visitor): void {
    this.#asking.add(link);
    this.deliver((shell) => void this.#admit(shell, link, visitor));
  }

  async #admit(shell: Shell, link: Link, visitor: Visitor): Promise<void> {
    try {
      const known = shell.room ?? this.#found(shell);
      const pending = known.ready(visitor.resuming ? visitor.since : undefined);
      if (pending !== undefined) await pending;
      // It may have gone while we waited.
      const room = shell.room ?? this.#found(shell);
      const admission = room.admit(visitor.userId);
      if (admission.kind === "refused") {
        this.#refuse(link, admission.error);
        return;
      }
      link.admit();
      this.links.add(link);
      const newcomer = { ...visitor, plain: link.plain, session: "s" };
      shell.connections.set(link, room.join(link, `${this.name}-${++this.#names}`, newcomer));
      this.#answered(link);
      this.#around.admitted();
    } catch (error) {
      this.world.trace(() => `${this.name}: join failed: ${String(error)}`);
      this.#refuse(link, { type: "error", code: "unavailable", message: "Try again", retryAfterMs: 1000 });
    }
  }

  message(link: Link, text: string): void {
    this.deliver((shell) => {
      const connection = this.#connectionOf(shell, link);
      if (connection === undefined) return;
      try {
        shell.room?.receive(connection, text);
      } catch (error) {
        this.world.trace(() => `${this.name}: frame failed: ${String(error)}`);
        connection.close(CLOSE.internal, "internal error");
        this.#leave(shell, link);
      }
    });
  }

  gone(link: Link): void {
    this.deliver((shell) => this.#leave(shell, link));
  }

  remove(id: string): void {
    this.deliver((shell) => {
      if (shell.room?.remove(id) === true) this.durably(() => this.#around.ledger.deleted.add(id));
    });
  }

  kick(userId: string, banSeconds: number): void {
    this.deliver((shell) => {
      (shell.room ?? (banSeconds > 0 ? this.#found(shell) : undefined))?.kick(userId, banSeconds);
    });
  }

  receive(verb: string, request: unknown, answer: (reply: Reply) => void): void {
    this.deliver((shell) => {
      try {
        const value = this.#perform(shell, verb, request);
        this.output(() => answer({ value }));
      } catch (error) {
        this.world.trace(() => `${this.name}: ${verb} failed: ${String(error)}`);
        this.output(() => answer({ error: String(error) }));
      }
    });
  }

  #perform(shell: Shell, verb: string, request: unknown): unknown {
    if (this.isOld) throw new Error(`The RPC receiver does not implement the method "${verb}".`);
    switch (verb) {
      case "sync": {
        const bundle = decodeBundle(request);
        if (bundle === undefined) throw new Error("A bundle that this version cannot read");
        return (shell.room ?? this.#found(shell)).sync(bundle);
      }
      case "report":
        if (shell.room !== undefined) return shell.room.report();
        if (severalRegions(request) && this.#around.regions(this.isOld).length === 1)
          throw new Error("One region alone");
        return { founded: false };
      case "notice": {
        const notice = decodeNotice(request);
        if (notice === undefined) throw new Error("A notice that this version cannot read");
        return shell.room?.heed(notice) ?? { founded: false };
      }
      default:
        throw new Error(`No verb ${verb}`);
    }
  }

  #refuse(link: Link, error: ErrorFrame & { readonly code: keyof typeof REFUSALS }): void {
    link.serverOpen = true;
    link.send(JSON.stringify(error));
    link.close(REFUSALS[error.code].close);
    this.#answered(link);
  }

  #answered(link: Link): void {
    this.output(() => this.#asking.delete(link));
  }

  #found(shell: Shell): Room {
    this.sql.transaction(() => {
      migrate(this.sql);
      const { founder } = this.#around.mutation ?? {};
      const host = founder && { now: () => founder.now, random: () => founder.random };
      found(new SqlRoomStore(this.sql), { room: ROOM, region: this.region }, host ?? this.#host);
    });
    this.durably(() => this.#around.ledger.founded.set(this.region, this.world.now));
    return this.#open(shell);
  }

  #open(shell: Shell): Room {
    migrate(this.sql);
    const settings = { limits: this.#around.limits, regions: this.#around.regions(this.isOld), version: "v" };
    const store = this.#observed(new SqlRoomStore(this.sql));
    const host = this.#around.mutation?.room?.({ store, host: this.#host }) ?? this.#host;
    const room = new Room(store, host, settings);
    shell.room = room;
    for (const link of this.links) if (link.serverOpen) this.#connectionOf(shell, link);
    room.settle();
    return room;
  }

  #connectionOf(shell: Shell, link: Link): Connection | undefined {
    const known = shell.connections.get(link);
    if (known !== undefined || shell.room === undefined || link.state === undefined) return known;
    const connection = shell.room.restore(link, link.state);
    shell.connections.set(link, connection);
    return connection;
  }

  #leave(shell: Shell, link: Link): void {
    const connection = this.#connectionOf(shell, link);
    shell.connections.delete(link);
    this.links.delete(link);
    if (connection !== undefined) shell.room?.left(connection);
  }

  /** Tells the ledger of what became durable. */
  #observed(store: SqlRoomStore): SqlRoomStore {
    const append = store.log.append.bind(store.log);
    store.log.append = (entry) => {
      append(entry);
      const { userId, id, order } = entry;
      const clock = this.now;
      this.durably(() => {
        this.#around.ledger.accepted.push({
          region: this.region,
          userId,
          id,
          order,
          at: this.world.now,
          clock,
        });
        this.#around.ledger.held(this.region, id);
      });
    };
    const set = store.facts.set.bind(store.facts);
    store.facts.set = (key, value) => {
      set(key, value);
      if (key === "floor" && value !== undefined) this.durably(() => this.#judgeFloor(value));
    };
    const transaction = store.transaction.bind(store);
    store.transaction = (work) => this.undoable(() => transaction(work));
    const put = store.replica.put.bind(store.replica);
    store.replica.put = (entry, state) => {
      put(entry, state);
      this.durably(() => this.#around.ledger.held(this.region, entry.id));
    };
    return store;
  }

  /** Everything is kept for the retention at least: what lies beyond it, and is trimmed, is older. */
  #judgeFloor(floor: string): void {
    const { limits, ledger, clocksAreWrong } = this.#around;
    ledger.trimmed(floor);
    const ageMs = this.world.now - msOf(floor);
    if (ageMs < limits.retentionMs && !clocksAreWrong)
      ledger.violations.push(`kept ten minutes: ${this.name} trims what is ${ageMs / 1000} s old`);
  }

  #askHub(verb: keyof HubPort, request: unknown): Promise<unknown> {
    return this.ask(() => this.#around.callHub(this, verb, request));
  }

  readonly #host: Host = {
    now: () => this.now,
    random: () => this.random.next(),
    later: (ms, run) => this.later(ms, run),
    arm: (at) => this.setAlarm(at),
    log: (event, facts) => this.world.trace(() => `${this.name}: ${event} ${JSON.stringify(facts)}`),
    directory: { write: async () => {} },
    measure: () => {},
    peers: {
      sync: (region, bundle, deadlineMs) =>
        this.ask(() => this.#around.callReplica(this, region, "sync", bundle, deadlineMs)),
    },
    hub: {
      register: (registration) => this.#askHub("register", registration),
      acquire: (wish) => this.#askHub("acquire", wish),
      release: (claim) => this.#askHub("release", claim),
      attend: (attendance) => this.#askHub("attend", attendance),
    },
    destroy: async () => {
      this.world.trace(() => `${this.name}: forgets everything`);
      this.setAlarm(null);
      this.sql.wipe();
      const shell = this.life;
      shell?.room?.end();
      if (shell !== undefined) shell.room = undefined;
    },
  };
}
