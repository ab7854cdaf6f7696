import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { type Bundle, decodeBundle } from "../room/bundle.ts";
import type { Connection } from "../room/connection.ts";
import type { Host } from "../room/host.ts";
import { decodeNotice, type HubNotice, type Noticed, type ReplicaReport } from "../room/hub-port.ts";
import { found, type RoomName } from "../room/life.ts";
import { JOB_RETRY_MS } from "../room/limits.ts";
import { CLOSE } from "../room/protocol.ts";
import { Room } from "../room/room.ts";
import { asMessage } from "../room/welcome.ts";
import { isFounded, migrate } from "../storage/migrate.ts";
import { SqlRoomStore } from "../storage/room-store.ts";
import { memberStateOf } from "./attachment.ts";
import {
  CONNECT_HEADER,
  type Connect,
  decodeConnect,
  type HistoryPage,
  type ReplicaRpc,
  type RoomInfo,
  type RoomRpc,
} from "./contract.ts";
import { logLine, objectHost } from "./object-host.ts";
import { objectSql } from "./object-sql.ts";
import { refuse, upgraded } from "./refusal.ts";
import { answerClose, roomSocket } from "./room-socket.ts";

type Ask<Verb extends keyof RoomRpc> = Parameters<RoomRpc[Verb]>[0];

/**
 * One room in one region, named `region/room`. Only plumbing: sockets, storage, alarm and RPC reach the `Room`, which
 * is undefined until somebody first comes in, so that reads create nothing.
 */
export class ChatRoom extends DurableObject<Env> implements RoomRpc, ReplicaRpc {
  readonly #host: Host;
  /** The connection behind each socket, while we are awake and it is a member's: its connection holds it. */
  readonly #connections = new WeakMap<WebSocket, Connection>();
  #room: Room | undefined;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    // Answered by the runtime, without waking us.
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    this.#host = objectHost(context, env, () => {
      this.#room = undefined;
    });
    if (isFounded(objectSql(context.storage))) this.#wake();
  }

  override async fetch(request: Request): Promise<Response> {
    const connect = decodeConnect(request.headers.get(CONNECT_HEADER));
    if (connect === undefined || request.headers.get("upgrade")?.toLowerCase() !== "websocket")
      return new Response("Only upgrades that the Worker passes on", { status: 400 });
    try {
      const known = this.#room ?? this.#found(connect);
      const pending = known.ready(connect.resuming ? connect.since : undefined);
      if (pending !== undefined) await pending;
      // It may have gone while we waited.
      const room = this.#room ?? this.#found(connect);
      const admission = room.admit(connect.userId);
      if (admission.kind === "refused") return refuse(admission.error);
      return this.#join(room, connect);
    } catch (error) {
      this.#log("join_failed", { room: connect.room, region: connect.region, error: String(error) });
      const unavailable = {
        type: "error",
        code: "unavailable",
        message: "Try again",
        retryAfterMs: 1000,
      } as const;
      return refuse(unavailable);
    }
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    const connection = this.#connectionOf(socket);
    if (connection === undefined) return;
    try {
      this.#room?.receive(connection, frame);
    } catch (error) {
      this.#log("frame_failed", { connection: connection.id, error: String(error) });
      connection.close(CLOSE.internal, "internal error");
      this.#leave(socket, connection);
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#leave(socket, this.#connectionOf(socket));
    answerClose(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.#leave(socket, this.#connectionOf(socket));
  }

  override async alarm(): Promise<void> {
    try {
      await this.#room?.alarm();
    } catch (error) {
      // Storage that fails now may work later: an alarm that throws would be given up after six retries.
      this.#log("alarm_failed", { error: String(error) });
      this.#host.arm(Date.now() + JOB_RETRY_MS);
    }
  }

  async info(_: Ask<"info">): Promise<RoomInfo> {
    const info = this.#room?.info() ?? { users: 0, messages: 0, regions: [] };
    return { ...info, version: this.env.VERSION };
  }

  async history({ before, limit }: Ask<"history">): Promise<HistoryPage> {
    const page = this.#room?.history(before, limit);
    return { messages: page?.entries.map(asMessage) ?? [], more: page?.more ?? false };
  }

  async remove({ id }: Ask<"remove">): Promise<{ found: boolean }> {
    return { found: this.#room?.remove(id) ?? false };
  }

  async kick({ room, region, userId, banSeconds }: Ask<"kick">): Promise<{ closed: number }> {
    // A ban is the one thing that is worth founding a room for.
    const target = this.#room ?? ((banSeconds ?? 0) <= 0 ? undefined : this.#found({ room, region }));
    return { closed: target?.kick(userId, banSeconds) ?? 0 };
  }

  async sync(request: Bundle): Promise<Bundle> {
    const bundle = decodeBundle(request);
    if (bundle === undefined) throw new Error("A bundle that this version cannot read");
    const room = this.#room ?? this.#found({ room: bundle.room, region: bundle.to });
    return room.sync(bundle);
  }

  async report({ regions = 1 }: Parameters<ReplicaRpc["report"]>[0]): Promise<ReplicaReport> {
    if (this.#room !== undefined) return this.#room.report();
    if (regions > 1 && this.env.CHAT.regions.length === 1)
      throw new Error("These settings name one region alone: ask again when the new ones are here");
    return { founded: false };
  }

  async notice(request: HubNotice): Promise<Noticed> {
    const notice = decodeNotice(request);
    if (notice === undefined) throw new Error("A notice that this version cannot read");
    return this.#room?.heed(notice) ?? { founded: false };
  }

  /** A room that is in the storage, with the sockets that outlived our sleep. */
  #wake(): Room {
    const sql = objectSql(this.ctx.storage);
    migrate(sql);
    const { limits, regions } = this.env.CHAT;
    const settings = { limits, regions, version: this.env.VERSION };
    const room = new Room(new SqlRoomStore(sql), this.#host, settings);
    this.#room = room;
    for (const socket of this.ctx.getWebSockets()) this.#connectionOf(socket);
    room.settle();
    return room;
  }

  #found(name: RoomName): Room {
    const sql = objectSql(this.ctx.storage);
    sql.transaction(() => {
      migrate(sql);
      found(new SqlRoomStore(sql), name, this.#host);
    });
    return this.#wake();
  }

  #join(room: Room, connect: Connect): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    try {
      const joined = room.join(roomSocket(this.ctx, server), crypto.randomUUID(), connect);
      this.#connections.set(server, joined);
      return upgraded(client, connect.plain);
    } catch (error) {
      server.close(CLOSE.internal, "internal error");
      throw error;
    }
  }

  /**
   * Undefined for a socket that is no member's. One that closed while we slept is not among `getWebSockets`: its close
   * event is the first that we see of it, and the others still have to hear who left.
   */
  #connectionOf(socket: WebSocket): Connection | undefined {
    const known = this.#connections.get(socket);
    if (known !== undefined || this.#room === undefined) return known;
    const state = memberStateOf(socket);
    if (state === undefined) return undefined;
    const connection = this.#room.restore(roomSocket(this.ctx, socket), state);
    this.#connections.set(socket, connection);
    return connection;
  }

  #leave(socket: WebSocket, connection: Connection | undefined): void {
    this.#connections.delete(socket);
    if (connection !== undefined) this.#room?.left(connection);
  }

  #log(event: string, facts: object): void {
    logLine(this.env.VERSION, event, facts);
  }
}
