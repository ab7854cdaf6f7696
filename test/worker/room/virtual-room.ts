/** A room in virtual time: the real heart and the real SQL, with a clock, sockets and an alarm that a test turns. */
import type { ChatLimits } from "../../../worker/bindings.ts";
import type { Connection, MemberState, Socket } from "../../../worker/room/connection.ts";
import type { DirectoryFacts, Host, RoomPoint } from "../../../worker/room/host.ts";
import { found } from "../../../worker/room/life.ts";
import type { ServerFrame } from "../../../worker/room/protocol.ts";
import { Room } from "../../../worker/room/room.ts";
import type { Newcomer } from "../../../worker/room/welcome.ts";
import { isFounded, migrate } from "../../../worker/storage/migrate.ts";
import { SqlRoomStore } from "../../../worker/storage/room-store.ts";
import { type MemorySql, memorySql } from "./memory-sql.ts";

export const LIMITS: ChatLimits = {
  connectionsPerRoom: 1000,
  connectionsPerUser: 5,
  messagesPerMinute: 10,
  messageLength: 500,
  visibleMessages: 100,
  recentMessages: 10,
  retentionMs: 600_000,
};

export class VirtualSocket implements Socket {
  readonly frames: string[] = [];
  state: MemberState | undefined;
  closed: number | undefined;
  waiting: number | undefined;
  pinged = 0;

  send(text: string): void {
    if (this.closed !== undefined) throw new Error("closed");
    this.frames.push(text);
  }
  close(code: number): void {
    this.closed = code;
  }
  buffered(): number | undefined {
    return this.waiting;
  }
  pingedAt(): number {
    return this.pinged;
  }
  save(state: MemberState | undefined): void {
    this.state = state;
  }

  /** Every object that came, in order, arrays taken apart. */
  get objects(): ServerFrame[] {
    return this.frames.flatMap((frame) => {
      const value: unknown = JSON.parse(frame);
      // Our own server wrote it.
      return (Array.isArray(value) ? value : [value]) as ServerFrame[];
    });
  }
  of<T extends ServerFrame["type"]>(type: T): (ServerFrame & { type: T })[] {
    return this.objects.filter((frame): frame is ServerFrame & { type: T } => frame.type === type);
  }
}

export interface Guest {
  readonly socket: VirtualSocket;
  readonly connection: Connection;
  send(frame: unknown): void;
  say(message: string, clientId?: string): void;
}

export class VirtualRoom {
  now: number;
  alarm: number | undefined;
  alarmsSet = 0;
  readonly sql: MemorySql;
  readonly directory: DirectoryFacts[] = [];
  readonly points: RoomPoint[] = [];
  readonly log: string[] = [];
  destroyed = false;
  directoryFails = false;
  room: Room;
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  readonly #limits: ChatLimits;
  #ids = 0;
  #sockets: VirtualSocket[] = [];

  constructor(limits: Partial<ChatLimits> = {}, sql = memorySql(), now = 1_800_000_000_000) {
    this.now = now;
    this.#limits = { ...LIMITS, ...limits };
    this.sql = sql;
    if (!isFounded(sql)) {
      migrate(sql);
      found(new SqlRoomStore(sql), { room: "lobby", region: "weur" }, this.#host);
    }
    this.room = this.#open();
  }

  #open(): Room {
    const settings = { limits: this.#limits, regions: ["weur"], version: "v" };
    return new Room(new SqlRoomStore(this.sql), this.#host, settings);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Memory is lost; sockets stay (`hibernate`) or go (`crash`). What they sent so far was seen. */
  restart(how: "hibernate" | "crash"): void {
    this.#timers.clear();
    this.room = this.#open();
    this.#sockets = this.#sockets.filter(({ closed }) => closed === undefined);
    if (how === "crash") {
      for (const socket of this.#sockets) socket.closed = 1006;
      this.#sockets = [];
    }
    this.room.settle();
  }

  /** The same socket after a `hibernate`. */
  revive(socket: VirtualSocket): Guest {
    if (socket.state === undefined) throw new Error("nobody's socket");
    return this.#guest(socket, this.room.restore(socket, socket.state));
  }

  enter(userId: string, more: Partial<Newcomer> = {}): Guest {
    const admission = this.room.admit(userId);
    if (admission.kind === "refused") throw new Error(admission.error.code);
    const socket = new VirtualSocket();
    this.#sockets.push(socket);
    const newcomer = { userId, username: userId, plain: false, resuming: false, session: "s", ...more };
    return this.#guest(socket, this.room.join(socket, `c${++this.#ids}`, newcomer));
  }

  #guest(socket: VirtualSocket, connection: Connection): Guest {
    const send = (frame: unknown) => this.room.receive(connection, JSON.stringify(frame));
    return {
      socket,
      connection,
      send,
      say: (message, clientId) =>
        send({ type: "chat_message", message, ...(clientId === undefined ? {} : { clientId }) }),
    };
  }

  /** A fresh `clientId` that is `ageMs` old. */
  clientId(ageMs = 0): string {
    return `${(this.now - ageMs).toString(36)}-client${String(++this.#ids).padStart(8, "0")}`;
  }

  /** Lets time pass; timers run at their time, alarms at theirs. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const [key, timer] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      const next = Math.min(timer?.at ?? Infinity, this.alarm ?? Infinity);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (timer !== undefined && key !== undefined && timer.at <= (this.alarm ?? Infinity)) {
        this.#timers.delete(key);
        timer.run();
      } else {
        this.alarm = undefined;
        await this.room.alarm();
      }
    }
    this.now = end;
  }

  /** A room of one region calls nobody. */
  rpcs = 0;
  async #unexpected(): Promise<never> {
    this.rpcs++;
    throw new Error("a room of one region called another object");
  }

  readonly #host: Host = {
    now: () => this.now,
    random: () => 0.5,
    later: (ms, run) => {
      const key = ++this.#ids;
      this.#timers.set(key, { at: this.now + ms, run });
      return () => this.#timers.delete(key);
    },
    arm: (at) => {
      this.alarm = at;
      this.alarmsSet++;
    },
    log: (event) => {
      this.log.push(event);
    },
    directory: {
      write: async (facts) => {
        if (this.directoryFails) throw new Error("KV is not there");
        this.directory.push(facts);
      },
    },
    measure: (point) => {
      this.points.push(point);
    },
    peers: { sync: () => this.#unexpected() },
    hub: {
      register: () => this.#unexpected(),
      acquire: () => this.#unexpected(),
      release: () => this.#unexpected(),
      attend: () => this.#unexpected(),
    },
    destroy: async () => {
      this.destroyed = true;
    },
  };
}
