/**
 * A room: connections come and go, frames are queued, and a tick takes what is queued into the log and then tells
 * everybody. Knows no runtime: clock, store, sockets and timer come in.
 */
import type { Admission } from "./admission.ts";
import type { Bundle } from "./bundle.ts";
import { Committer } from "./commit.ts";
import { Company } from "./company.ts";
import { Connection, type MemberState, type Socket } from "./connection.ts";
import { Counters } from "./counters.ts";
import { parseCursor } from "./cursor.ts";
import type { Host, RoomSettings } from "./host.ts";
import type { HubNotice, Noticed, ReplicaReport } from "./hub-port.ts";
import { Inbox } from "./inbox.ts";
import { lifeIn, type RoomName } from "./life.ts";
import {
  framesPerWindow,
  PRESENCE_TICK_MS,
  PRESENCE_TICK_MS_PER_SOCKET,
  TICK_MS,
  TICK_MS_PER_SOCKET,
} from "./limits.ts";
import { Members } from "./members.ts";
import { Moderation } from "./moderation.ts";
import { News } from "./news.ts";
import { Clock } from "./order.ts";
import { Pacer } from "./pacer.ts";
import { CLOSE } from "./protocol.ts";
import { Replica } from "./replica.ts";
import type { Entry, RoomStore } from "./store.ts";
import { noticeOf } from "./tick.ts";
import { Ticker } from "./ticker.ts";
import { Upkeep } from "./upkeep.ts";
import { greet, type Newcomer } from "./welcome.ts";

export class Room {
  readonly name: RoomName;
  readonly members = new Members();
  readonly counters: Counters;
  readonly #replica: Replica;
  readonly #store: RoomStore;
  readonly #host: Host;
  readonly #settings: RoomSettings;
  readonly #clock: Clock;
  readonly #committer: Committer;
  readonly #upkeep: Upkeep;
  readonly #news = new News();
  readonly #company: Company;
  readonly #moderation: Moderation;
  readonly #pacer: Pacer;
  readonly #inbox: Inbox;
  readonly #ticker: Ticker;

  constructor(store: RoomStore, host: Host, settings: RoomSettings) {
    const life = lifeIn(store);
    this.name = { room: life.room, region: life.region };
    this.#store = store;
    this.#host = host;
    this.#settings = settings;
    this.counters = new Counters(store.facts.get("counters"));
    this.#clock = new Clock(life.origin);
    const own = store.log.highestOf(life.origin);
    if (own !== undefined) this.#clock.resume(own);
    // What others wrote may come from a clock that is far ahead.
    for (const held of [store.log.highest(), store.facts.get("floor")])
      if (held !== undefined) this.#clock.follow(held, host.now());
    this.#committer = new Committer(store, life, this.#clock, settings.limits.messagesPerMinute);
    this.#replica = new Replica({
      life,
      store,
      host,
      settings,
      clock: this.#clock,
      committer: this.#committer,
      members: this.members,
      schedule: (job, due) => this.#upkeep.by(job, due),
      wrote: () => this.#upkeep.trim(),
      arrived: (arrivals) => {
        this.#news.arrived(arrivals);
        this.#pacer.soon();
      },
      came: (changes) => {
        for (const change of changes) this.#news.presence(change, this.#replica.everybody.userCount);
        this.#wantPresenceTick();
      },
      typing: (typists) => {
        if (this.members.connections.size === 0) return;
        this.#news.typedElsewhere(typists);
        this.#pacer.soon();
      },
      notice: (code) => {
        this.#news.notice(code);
        this.#wantPresenceTick();
      },
      moveOut: () => this.#company.moveOut(),
      dropGhosts: (userIds) => this.#company.dropGhosts(userIds),
      ban: (ban) => this.#moderation.ban(ban),
      kick: (userId) => this.kick(userId, undefined),
    });
    this.#upkeep = new Upkeep({
      ...this.name,
      store,
      members: this.members,
      replica: this.#replica,
      counters: this.counters,
      host,
      settings,
    });
    this.#company = new Company({
      name: this.name,
      host,
      members: this.members,
      everybody: this.#replica.everybody,
      counters: this.counters,
      news: this.#news,
      left: () => {
        this.#wantPresenceTick();
        this.#replica.left();
      },
    });
    this.#inbox = new Inbox({
      company: this.#company,
      counters: this.counters,
      everybody: this.#replica.everybody,
      news: this.#news,
      messageLength: settings.limits.messageLength,
      wantTick: () => this.#pacer.soon(),
      wantPresenceTick: () => this.#wantPresenceTick(),
    });
    this.#moderation = new Moderation({
      life,
      store,
      host,
      committer: this.#committer,
      slots: this.#replica.slots,
      endBan: (until) => this.#upkeep.endBan(until),
    });
    this.#pacer = new Pacer(
      host.now,
      host.later,
      () => Math.max(TICK_MS, TICK_MS_PER_SOCKET * this.members.connections.size),
      () => this.#ticker.tick(),
    );
    this.#ticker = new Ticker({
      name: this.name,
      store,
      host,
      counters: this.counters,
      committer: this.#committer,
      inbox: this.#inbox,
      news: this.#news,
      company: this.#company,
      replica: this.#replica,
      upkeep: this.#upkeep,
      again: () => this.#pacer.soon(),
    });
  }

  /** A connection that outlived our sleep. */
  restore(socket: Socket, state: MemberState): Connection {
    const connection = this.#connect(socket, state);
    this.members.add(connection);
    return connection;
  }

  /**
   * After the last `restore`: what happened while nobody looked, such as a crash that took every socket. Never throws: a
   * write that fails now is tried again with the next tick, or when we wake the next time.
   */
  settle(): void {
    // One that was founded for somebody who is then refused, or by a peer's call, goes as well.
    for (const work of [() => this.#replica.settle(), () => this.#upkeep.check()])
      try {
        work();
      } catch (error) {
        this.#host.log("settle_failed", { ...this.name, error: String(error) });
      }
  }

  /**
   * What has to happen before `admit`: undefined, when nothing has. Never rejects, and takes three seconds at most.
   * @param since the cursor of somebody who resumes
   */
  ready(since: string | undefined): Promise<void> | undefined {
    return this.#replica.entrance.ready(since);
  }

  admit(userId: string): Admission {
    const { connectionsPerUser } = this.#settings.limits;
    const bannedUntil = this.#store.bans.until(userId);
    const admission = this.#replica.entrance.admit(userId, connectionsPerUser, bannedUntil);
    if (admission.kind === "refused") {
      this.#host.log("refused", { ...this.name, code: admission.error.code, userId });
      this.counters.add("refusals");
      this.#wantPresenceTick();
    } else
      for (const ghost of admission.ghosts)
        this.#company.drop(ghost, CLOSE.goingAway, "no sign of life", "ghost");
    return admission;
  }

  /** Welcomes whom `admit` let in. The welcome and its place in the log are one turn: nothing is missed or doubled. */
  join(socket: Socket, id: string, newcomer: Newcomer): Connection {
    const now = this.#host.now();
    const { userId, username, plain } = newcomer;
    // It reads from the log what the others get with the next tick.
    if (this.#news.isBehindLog) this.#ticker.tick();
    const connection = this.#connect(socket, { id, userId, username, plain, seenAt: now });
    const order = newcomer.resuming ? parseCursor(newcomer.since ?? "")?.order : undefined;
    if (order !== undefined) this.#clock.follow(order, now);
    const { everybody } = this.#replica;
    const first = this.members.of(userId).size === 0;
    const isNew = first && !everybody.isElsewhere(userId);
    const { recovered } = greet(
      {
        ...this.name,
        settings: this.#settings,
        log: this.#store.log,
        now,
        userCount: everybody.userCount + (isNew ? 1 : 0),
        mayCome: this.#replica.entrance.mayCome,
      },
      connection,
      newcomer,
    );
    connection.save(now);
    this.members.add(connection);
    this.counters.add("joins");
    if (recovered) this.counters.add("resumes");
    this.#host.log("joined", { ...this.name, connection: id, userId, plain, recovered });
    if (first) this.#company.came(connection);
    else everybody.counted(userId, username);
    if (this.#replica.isDelayed) this.#company.send(connection, noticeOf("sync_delayed"));
    this.#wantPresenceTick();
    this.#replica.entrance.entered();
    return connection;
  }

  /** A frame. Only reads and queues it: the tick writes. */
  receive(connection: Connection, raw: string | ArrayBuffer): void {
    if (!this.members.has(connection)) return;
    this.#inbox.receive(connection, raw, this.#host.now());
  }

  /** The socket closed or failed. */
  left(connection: Connection): void {
    this.#company.forget(connection);
  }

  #connect(socket: Socket, state: MemberState): Connection {
    return new Connection(socket, state, framesPerWindow(this.#settings.limits.messagesPerMinute));
  }

  /** For what may wait a little longer: who came and went, and counters. */
  #wantPresenceTick(): void {
    this.#pacer.after(
      Math.max(PRESENCE_TICK_MS, PRESENCE_TICK_MS_PER_SOCKET * this.members.connections.size),
    );
  }

  /** Empties a message for good; everybody hears of it. */
  remove(id: string): boolean {
    const now = this.#host.now();
    // Nobody hears of a deletion before the message.
    if (this.#news.isBehindLog) this.#ticker.tick();
    const deletion = this.#moderation.remove(id);
    if (deletion === undefined || deletion === "gone") return deletion === "gone";
    this.counters.add("deletions");
    this.#host.log("deleted", { ...this.name, id });
    this.#company.tell(
      { items: [{ json: JSON.stringify({ type: "message_deleted", ...deletion }) }], personal: new Map() },
      now,
    );
    this.#replica.push();
    this.#wantPresenceTick();
    this.#upkeep.trim();
    return true;
  }

  /** Closes the user's connections, drops what they had queued, and bans the user for a while. */
  kick(userId: string, banSeconds: number | undefined): number {
    if (banSeconds !== undefined && banSeconds > 0) this.#moderation.banFor(userId, banSeconds);
    this.#inbox.forget(userId);
    const connections = [...this.members.of(userId)];
    for (const connection of connections) this.#company.drop(connection, CLOSE.kicked, "kicked", "kicked");
    this.counters.add("kicks");
    this.#host.log("kicked", { ...this.name, userId, closed: connections.length, banSeconds });
    this.#wantPresenceTick();
    return connections.length;
  }

  info(): { users: number; messages: number; regions: readonly string[] } {
    return {
      users: this.#replica.everybody.userCount,
      messages: this.#store.log.count(this.#settings.limits.visibleMessages),
      regions: this.#replica.regions,
    };
  }

  /** Newest last. */
  history(before: string | undefined, limit: number): { entries: readonly Entry[]; more: boolean } {
    const { visibleMessages } = this.#settings.limits;
    const entries = this.#store.log.page(before, limit + 1, visibleMessages);
    return { entries: entries.slice(-limit), more: entries.length > limit };
  }

  /** The alarm. @throws where nothing can be written */
  alarm(): Promise<void> {
    return this.#upkeep.run();
  }

  /** Another replica's call, and the answer to it. */
  sync(bundle: Bundle): Bundle {
    return this.#replica.sync(bundle);
  }

  /** For the hub: what it can be rebuilt from. */
  report(): ReplicaReport {
    return this.#replica.report();
  }

  /** The hub has something to say. */
  heed(notice: HubNotice): Noticed {
    return this.#replica.heed(notice);
  }

  /** The room's storage is gone, and with it the room. */
  end(): void {
    this.#replica.end();
  }
}
