/**
 * A room: connections come and go, frames are queued, and a tick takes what is queued into the log and then tells
 * everybody. Knows no runtime: clock, store, sockets and timer come in.
 */
import { type Admission, admit } from "./admission.ts";
import { Committer, type Pending } from "./commit.ts";
import { Connection, type MemberState, type Socket } from "./connection.ts";
import { Counters } from "./counters.ts";
import { parseCursor } from "./cursor.ts";
import { deliver } from "./deliver.ts";
import { type Received, receive } from "./frame.ts";
import type { Host, RoomSettings } from "./host.ts";
import {
  BAN_SECONDS,
  DIRECTORY_DELAY_MS,
  DIRECTORY_INTERVAL_MS,
  MESSAGES_PER_TICK,
  METRICS_INTERVAL_MS,
  PRESENCE_TICK_MS,
  PRESENCE_TICK_MS_PER_SOCKET,
  TICK_CHARACTERS,
  TICK_MS,
  TICK_MS_PER_SOCKET,
  TYPING_EVENTS_PER_TICK,
  TYPING_INTERVAL_MS,
  WHO_INTERVAL_MS,
} from "./limits.ts";
import { jobsOf, keptMs } from "./maintenance.ts";
import { Members } from "./members.ts";
import { Clock } from "./order.ts";
import { newOrigin } from "./origin.ts";
import { Pacer } from "./pacer.ts";
import { PresenceQueue } from "./presence.ts";
import { CLOSE, type Deletion } from "./protocol.ts";
import { Schedule } from "./schedule.ts";
import type { Entry, RoomStore } from "./store.ts";
import { compose } from "./tick.ts";
import { greet, type Newcomer } from "./welcome.ts";

export interface RoomName {
  readonly room: string;
  readonly region: string;
}

export class Room {
  readonly name: RoomName;
  readonly members = new Members();
  readonly counters: Counters;
  readonly #origin: string;
  readonly #store: RoomStore;
  readonly #host: Host;
  readonly #settings: RoomSettings;
  readonly #clock: Clock;
  readonly #committer: Committer;
  readonly #schedule: Schedule;
  readonly #presence = new PresenceQueue();
  readonly #typing = new Map<Connection, boolean>();
  readonly #pacer: Pacer;
  #queue: Pending[] = [];

  /** Names a store that has none yet: the room's first life, or its first after the storage was lost. */
  static found(store: RoomStore, { room, region }: RoomName, host: Host): void {
    store.facts.set("room", room);
    store.facts.set("region", region);
    store.facts.set("origin", newOrigin(region, host.now(), host.random()));
  }

  constructor(store: RoomStore, host: Host, settings: RoomSettings) {
    const fact = (key: "room" | "region" | "origin"): string => {
      const value = store.facts.get(key);
      if (value === undefined) throw new Error(`The room's storage has no "${key}": it was never founded`);
      return value;
    };
    this.name = { room: fact("room"), region: fact("region") };
    this.#origin = fact("origin");
    this.#store = store;
    this.#host = host;
    this.#settings = settings;
    this.counters = new Counters(store.facts.get("counters"));
    this.#clock = new Clock(this.#origin);
    for (const held of [store.log.highest(), store.facts.get("floor")])
      if (held !== undefined) this.#clock.resume(held);
    this.#committer = new Committer(
      store,
      this.name.room,
      this.#origin,
      this.#clock,
      settings.limits.messagesPerMinute,
    );
    this.#schedule = new Schedule(store, host.arm, host.now());
    this.#pacer = new Pacer(host.now, host.later, () => this.#tick());
  }

  /** A connection that outlived our sleep. */
  restore(socket: Socket, state: MemberState): Connection {
    const connection = new Connection(socket, state);
    this.members.add(connection);
    return connection;
  }

  /** After the last `restore`: what happened while nobody looked, such as a crash that took every socket. */
  settle(): void {
    if (Number(this.#store.facts.get("directoryUsers") ?? 0) !== this.members.userCount)
      this.#directoryChanged();
  }

  admit(userId: string): Admission {
    const now = this.#host.now();
    const admission = admit(this.members, userId, this.#settings.limits, this.#store.bans.until(userId), now);
    if (admission.kind === "refused") {
      this.#host.log("refused", { ...this.name, code: admission.error.code, userId });
      this.counters.add("refusals");
      this.#wantPresenceTick();
    } else
      for (const ghost of admission.ghosts) this.#drop(ghost, CLOSE.goingAway, "no sign of life", "ghost");
    return admission;
  }

  /** Welcomes whom `admit` let in. The welcome and its place in the log are one turn: nothing is missed or doubled. */
  join(socket: Socket, id: string, newcomer: Newcomer): Connection {
    const now = this.#host.now();
    const { userId, username, plain } = newcomer;
    const connection = new Connection(socket, { id, userId, username, plain, seenAt: now });
    connection.save(now);
    const first = this.members.add(connection);
    if (newcomer.resuming && newcomer.since !== undefined) {
      const order = parseCursor(newcomer.since)?.order;
      if (order !== undefined) this.#clock.follow(order, now);
    }
    const { recovered } = greet(
      {
        ...this.name,
        settings: this.#settings,
        log: this.#store.log,
        now,
        userCount: this.members.userCount,
      },
      connection,
      newcomer,
    );
    this.counters.add("joins");
    if (recovered) this.counters.add("resumes");
    this.#host.log("joined", { ...this.name, connection: id, userId, plain, recovered });
    if (first) {
      this.#presence.add("user_joined", connection, this.members.userCount);
      this.#directoryChanged();
    }
    this.#wantPresenceTick();
    return connection;
  }

  /** A frame. Only reads and queues it: the tick writes. */
  receive(connection: Connection, raw: string | ArrayBuffer): void {
    if (!this.members.has(connection)) return;
    const now = this.#host.now();
    if (!connection.spendFrame(now)) {
      this.#flood(connection);
      return;
    }
    const { messageLength } = this.#settings.limits;
    this.#act(connection, receive(raw, { plain: connection.plain, messageLength, now }), now);
  }

  /** The socket closed or failed. */
  left(connection: Connection): void {
    if (!this.members.has(connection)) return;
    this.#forget(connection);
  }

  #act(connection: Connection, received: Received, now: number): void {
    switch (received.type) {
      case "chat_message":
        this.#queue.push({ connection, message: received });
        this.#wantTick();
        return;
      case "typing":
        if (!connection.mayType(now, TYPING_INTERVAL_MS)) return;
        if (this.#typing.size >= TYPING_EVENTS_PER_TICK && !this.#typing.has(connection)) return;
        this.#typing.set(connection, received.isTyping);
        this.#wantTick();
        return;
      case "ping":
        this.#send(connection, { type: "pong", timestamp: now });
        return;
      case "who":
        if (connection.mayAsk(now, WHO_INTERVAL_MS))
          this.#send(connection, this.members.roster(this.name.region));
        return;
      case "wrong":
        if (received.malformed) {
          this.counters.add("malformed");
          this.#wantPresenceTick();
          if (!connection.spendBadFrame(now)) {
            this.#flood(connection);
            return;
          }
        }
        this.#send(connection, received.error);
        return;
      default:
        received satisfies never;
    }
  }

  #wantTick(): void {
    this.#pacer.want(Math.max(TICK_MS, TICK_MS_PER_SOCKET * this.members.connections.size));
  }

  /** For what may wait a little longer: who came and went, and counters. */
  #wantPresenceTick(): void {
    this.#pacer.want(Math.max(PRESENCE_TICK_MS, PRESENCE_TICK_MS_PER_SOCKET * this.members.connections.size));
  }

  /** Commit, then acknowledge and deliver, in one turn: the output gate holds what is sent until the write is durable. */
  #tick(): void {
    const now = this.#host.now();
    const batch = this.#takeBatch();
    this.counters.add("ticks");
    try {
      const outcomes = this.#store.transaction(() => {
        const taken = this.#committer.commit(batch, now);
        for (const { kind } of taken) this.counters.add(kind === "duplicate" ? "duplicates" : kind);
        this.#store.facts.set("counters", this.counters.save());
        return taken;
      });
      if (outcomes.some(({ kind }) => kind === "accepted")) this.#trimLater(now);
      this.#schedule.by("metrics", now + METRICS_INTERVAL_MS);
      const presence = this.#presence.take(this.name.region, this.members.userCount);
      this.#tell(compose(outcomes, presence, this.#typing), now);
      this.#typing.clear();
    } catch (error) {
      this.#committer.forget();
      this.#host.log("tick_failed", { ...this.name, messages: batch.length, error: String(error) });
      // Nothing was acknowledged: the senders come back and send again.
      for (const { connection } of batch)
        this.#drop(connection, CLOSE.internal, "internal error", "tick_failed");
    }
    if (this.#queue.length > 0) this.#wantTick();
  }

  #takeBatch(): Pending[] {
    let characters = 0;
    let count = 0;
    while (count < this.#queue.length && count < MESSAGES_PER_TICK && characters < TICK_CHARACTERS)
      characters += this.#queue[count++]?.message.message.length ?? 0;
    return this.#queue.splice(0, count);
  }

  #tell({ items, personal }: ReturnType<typeof compose>, now: number): void {
    const { frames, slow, gone } = deliver(this.members.connections, items, personal, now);
    if (frames > 0) this.counters.add("frames", frames);
    for (const connection of slow) {
      this.counters.add("slow");
      this.#drop(connection, CLOSE.overloaded, "reading too slowly", "slow");
    }
    for (const connection of gone) this.#drop(connection, CLOSE.internal, "send failed", "gone");
  }

  /** Empties a message for good; everybody hears of it. */
  remove(id: string): boolean {
    const now = this.#host.now();
    const deletion: Deletion = { id, origin: this.#origin, seq: this.#committer.nextSeq() };
    const removed = this.#store.transaction(() => this.#store.log.remove(deletion, now));
    if (removed !== true) return removed === "done";
    this.#trimLater(now);
    this.counters.add("deletions");
    this.#host.log("deleted", { ...this.name, id });
    this.#tell(
      { items: [{ json: JSON.stringify({ type: "message_deleted", ...deletion }) }], personal: new Map() },
      now,
    );
    return true;
  }

  /** Closes the user's connections, drops what they had queued, and bans the user for a while. */
  kick(userId: string, banSeconds: number | undefined): number {
    const now = this.#host.now();
    if (banSeconds !== undefined && banSeconds > 0) {
      const until = now + Math.min(Math.ceil(banSeconds), BAN_SECONDS) * 1000;
      this.#store.bans.set(userId, until);
      this.#schedule.by("bans", until);
    }
    this.#queue = this.#queue.filter(({ connection }) => connection.userId !== userId);
    const connections = [...this.members.of(userId)];
    for (const connection of connections) this.#drop(connection, CLOSE.kicked, "kicked", "kicked");
    this.#cleanLater();
    this.counters.add("kicks");
    this.#host.log("kicked", { ...this.name, userId, closed: connections.length, banSeconds });
    return connections.length;
  }

  info(): { users: number; messages: number } {
    return {
      users: this.members.userCount,
      messages: this.#store.log.count(this.#settings.limits.visibleMessages),
    };
  }

  /** Newest last. */
  history(before: string | undefined, limit: number): { entries: readonly Entry[]; more: boolean } {
    const { visibleMessages } = this.#settings.limits;
    const entries = this.#store.log.page(before, limit + 1, visibleMessages);
    return { entries: entries.slice(-limit), more: entries.length > limit };
  }

  /** The alarm. Never throws. */
  async alarm(): Promise<void> {
    const jobs = jobsOf({
      ...this.name,
      store: this.#store,
      members: this.members,
      counters: this.counters,
      host: this.#host,
      settings: this.#settings,
    });
    await this.#schedule.run(jobs, this.#host.now, (job, error) => {
      this.#host.log("job_failed", { ...this.name, job, error: String(error) });
    });
  }

  #send(connection: Connection, frame: object): void {
    try {
      connection.socket.send(JSON.stringify(frame));
    } catch {
      this.#drop(connection, CLOSE.internal, "send failed", "gone");
    }
  }

  #flood(connection: Connection): void {
    this.counters.add("flooding");
    this.#drop(connection, CLOSE.policy, "too many frames", "flooding");
  }

  #drop(connection: Connection, code: number, reason: string, event: string): void {
    if (!this.members.has(connection)) return;
    this.#host.log("closed", {
      ...this.name,
      connection: connection.id,
      userId: connection.userId,
      code,
      event,
    });
    try {
      connection.socket.close(code, reason);
    } catch {
      // It closed on its own meanwhile: the same end.
    }
    this.#forget(connection);
  }

  #forget(connection: Connection): void {
    this.#typing.delete(connection);
    if (!this.members.delete(connection)) return;
    this.#presence.add("user_left", connection, this.members.userCount);
    this.#directoryChanged();
    this.#cleanLater();
    this.#wantPresenceTick();
  }

  #trimLater(now: number): void {
    this.#schedule.by("trim", now + keptMs(this.#settings.limits.retentionMs));
  }

  /** A room that leaves nothing to keep goes, once nobody can resume it. */
  #cleanLater(): void {
    if (this.members.connections.size === 0 && this.#store.log.isEmpty())
      this.#schedule.by("cleanup", this.#host.now() + keptMs(this.#settings.limits.retentionMs));
  }

  #directoryChanged(): void {
    const last = Number(this.#store.facts.get("directoryAt") ?? 0);
    const now = this.#host.now();
    this.#schedule.by(
      "directory",
      Math.max(now + DIRECTORY_DELAY_MS, last <= now ? last + DIRECTORY_INTERVAL_MS : 0),
    );
  }
}
