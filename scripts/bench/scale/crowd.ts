/** People in many rooms, on plain sockets in this process: each says numbered messages and checks what it hears. */
import { randomBytes } from "node:crypto";
import { createConnection, type Socket } from "node:net";
import type { Clock } from "./clock.ts";
import { clientFrame, FrameReader } from "./frames.ts";

/** ms in which a socket must be a member. */
const JOIN_MS = 30_000;
/** Handshakes under way at once. */
const PARALLEL = 32;
const MARK = /"@(\d+)\.(\d+)\.([\d.]+)~/g;
const TEXT_LENGTH = 60;

export interface Seat {
  readonly room: string;
  /** Name of the region whose visitor this is, and where that is. */
  readonly region: string;
  readonly place?: string;
}

export class Member {
  readonly seat: Seat;
  readonly socket: Socket;
  /** Among the members of its room. */
  readonly index: number;
  sent = 0;
  /** Last number heard of each sender of the room. */
  readonly heard: number[] = [];

  constructor(seat: Seat, socket: Socket, index: number) {
    this.seat = seat;
    this.socket = socket;
    this.index = index;
  }
}

export class Crowd {
  readonly members: Member[] = [];
  deliveries = 0;
  messages = 0;
  /** Deliveries that are due: a message is, to everybody in its room. */
  due = 0;
  misplaced = 0;
  errors = 0;
  firstError = "";
  closed = 0;
  /** ms from saying to hearing, to those of the sender's region and to all others. */
  local: number[] = [];
  abroad: number[] = [];
  readonly #address: string;
  readonly #clock: Clock;
  readonly #rooms = new Map<string, Member[]>();
  #over = false;

  constructor(address: string, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** @throws when somebody is not let in */
  async join(seats: readonly Seat[]): Promise<void> {
    const waiting = [...seats];
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        for (let seat = waiting.shift(); seat !== undefined; seat = waiting.shift()) await this.#enter(seat);
      }),
    );
  }

  #enter(seat: Seat): Promise<void> {
    const [host = "", port] = this.#address.split(":");
    const socket = createConnection({ host, port: Number(port), noDelay: true });
    const room = this.#rooms.get(seat.room) ?? [];
    this.#rooms.set(seat.room, room);
    const member = new Member(seat, socket, room.length);
    room.push(member);
    const name = `${seat.room}, ${seat.region}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name}: no welcome`)), JOIN_MS);
      let isIn = false;
      const reader = new FrameReader((text) => {
        if (isIn) this.#hear(member, text);
        else if (text.includes('"welcome"')) {
          isIn = true;
          // What was said before is history to who comes.
          for (const { index, sent } of room) member.heard[index] = sent;
          clearTimeout(timer);
          this.members.push(member);
          resolve();
        } else reject(new Error(`${name}: refused, ${text.slice(0, 200)}`));
      });
      socket.on("data", (data) => {
        if (!reader.read(data)) reject(new Error(`${name}: ${reader.refusal}`));
      });
      socket.on("error", (error) => reject(error));
      socket.on("close", () => {
        clearTimeout(timer);
        if (!this.#over) this.closed++;
        reject(new Error(`${name}: closed`));
      });
      socket.write(this.#handshake(seat));
    });
  }

  #handshake({ room, place }: Seat): string {
    const lines = [
      `GET /chat/${room}?username=bench HTTP/1.1`,
      `Host: ${this.#address}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: edge-chat.v1",
      ...(place === undefined ? [] : [`x-bench-place: ${place}`]),
    ];
    return `${lines.join("\r\n")}\r\n\r\n`;
  }

  say(member: Member): void {
    member.sent++;
    this.messages++;
    this.due += this.#rooms.get(member.seat.room)?.length ?? 0;
    const mark = `@${member.index}.${member.sent}.${performance.now().toFixed(3)}~`;
    const clientId = `${this.#clock.now().toString(36)}-${randomBytes(8).toString("hex")}`;
    const message = mark.padEnd(TEXT_LENGTH, "x");
    member.socket.write(clientFrame(JSON.stringify({ type: "chat_message", message, clientId })));
  }

  /** As a client does every 30 s. */
  ping(member: Member): void {
    member.socket.write(clientFrame("ping"));
  }

  #hear(member: Member, text: string): void {
    if (text.includes('"type":"error"')) {
      this.errors++;
      this.firstError ||= text.slice(0, 200);
    }
    const now = performance.now();
    for (const [, sender, number, saidAt] of text.matchAll(MARK)) {
      const index = Number(sender);
      if (Number(number) !== (member.heard[index] ?? 0) + 1) this.misplaced++;
      member.heard[index] = Number(number);
      this.deliveries++;
      const from = this.#rooms.get(member.seat.room)?.[index];
      const times = from?.seat.region === member.seat.region ? this.local : this.abroad;
      times.push(now - Number(saidAt));
    }
  }

  /** What was lost, doubled or out of order, in words; undefined: nothing. */
  get flaw(): string | undefined {
    const found = [
      this.deliveries === this.due ? "" : `${this.due - this.deliveries} deliveries missing`,
      this.misplaced === 0 ? "" : `${this.misplaced} lost, doubled or out of order`,
      this.errors === 0 ? "" : `${this.errors} errors (${this.firstError})`,
      this.closed === 0 ? "" : `${this.closed} connections closed`,
    ].filter((part) => part !== "");
    return found.length === 0 ? undefined : found.join(", ");
  }

  leave(): void {
    this.#over = true;
    for (const { socket } of this.members) socket.destroy();
    this.members.length = 0;
  }
}
