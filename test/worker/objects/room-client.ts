/** A client of a room object over a real socket, past the Worker: the test says what the Worker would vouch for. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { CONNECT_HEADER, type Connect, encodeConnect, objectName } from "../../../worker/objects/contract.ts";
import type { ServerFrame } from "../../../worker/room/protocol.ts";

/** How long a loaded machine may take, ms. */
const BOUND_MS = 25_000;
let rooms = 0;

/** Storage is shared by the tests of a file: each takes a room of its own. */
export const freshRoom = (): string => `room${++rooms}-${crypto.randomUUID().slice(0, 8)}`;

export const stubOf = (room: string, region = "weur") => env.CHAT_ROOM.getByName(objectName(region, room));

export const clientIdAt = (ms: number): string => `${ms.toString(36)}-${crypto.randomUUID().slice(0, 12)}`;

export class RoomClient {
  readonly #socket: WebSocket;
  readonly frames: string[] = [];
  readonly #objects: ServerFrame[] = [];
  #read = 0;
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.frames.push(String(data));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
    });
    socket.accept();
  }

  static async upgrade(room: string, connect: Partial<Connect> = {}): Promise<Response> {
    const whole = {
      room,
      region: "weur",
      userId: crypto.randomUUID(),
      username: "Ann",
      plain: false,
      resuming: false,
      session: "the-session",
      ...connect,
    };
    const headers = { upgrade: "websocket", [CONNECT_HEADER]: encodeConnect(whole) };
    return stubOf(room, whole.region).fetch(`https://chat.example/chat/${room}`, { headers });
  }

  static async open(room: string, connect: Partial<Connect> = {}): Promise<RoomClient> {
    const { webSocket, status } = await RoomClient.upgrade(room, connect);
    if (webSocket === null) throw new Error(`refused with ${status}`);
    return new RoomClient(webSocket);
  }

  send(frame: unknown): void {
    this.#socket.send(JSON.stringify(frame));
  }
  sendRaw(frame: string | ArrayBuffer): void {
    this.#socket.send(frame);
  }
  say(message: string, clientId?: string): void {
    this.send({ type: "chat_message", message, ...(clientId === undefined ? {} : { clientId }) });
  }
  close(code = 1000): void {
    this.#socket.close(code, "bye");
  }

  /** Each frame is read once, however often a test looks. */
  get objects(): readonly ServerFrame[] {
    for (const frame of this.frames.slice(this.#read)) {
      if (frame === "pong") continue;
      const value: unknown = JSON.parse(frame);
      // Our own server wrote it.
      this.#objects.push(...((Array.isArray(value) ? value : [value]) as ServerFrame[]));
    }
    this.#read = this.frames.length;
    return this.#objects;
  }
  of<T extends ServerFrame["type"]>(type: T): (ServerFrame & { type: T })[] {
    return this.objects.filter((frame): frame is ServerFrame & { type: T } => frame.type === type);
  }

  /** Waits until so many objects of a type came. */
  async until<T extends ServerFrame["type"]>(type: T, count = 1): Promise<(ServerFrame & { type: T })[]> {
    await expect
      .poll(() => this.of(type).length, { timeout: BOUND_MS, interval: 5 })
      .toBeGreaterThanOrEqual(count);
    return this.of(type);
  }
  async untilClosed(): Promise<number | undefined> {
    await expect.poll(() => this.closed, { timeout: BOUND_MS, interval: 5 }).toBeDefined();
    return this.closed?.code;
  }
}
