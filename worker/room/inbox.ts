/** What connections send: read and answered at once where it needs no log, else queued for the tick. */
import type { Pending } from "./commit.ts";
import type { Company } from "./company.ts";
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import type { Everybody } from "./everybody.ts";
import { type Received, receive } from "./frame.ts";
import { MESSAGES_PER_TICK, TICK_CHARACTERS, TYPING_INTERVAL_MS, WHO_INTERVAL_MS } from "./limits.ts";
import type { News } from "./news.ts";

export interface Desk {
  readonly company: Company;
  readonly counters: Counters;
  readonly everybody: Everybody;
  readonly news: News;
  /** Code points. */
  readonly messageLength: number;
  /** Something is to be told soon, or may wait a little longer. */
  readonly wantTick: () => void;
  readonly wantPresenceTick: () => void;
}

export class Inbox {
  readonly #desk: Desk;
  #queue: Pending[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** A frame. Only reads and queues it: the tick writes. */
  receive(connection: Connection, raw: string | ArrayBuffer, now: number): void {
    const { company, messageLength } = this.#desk;
    if (connection.spendFrame(now))
      this.#act(connection, receive(raw, { plain: connection.plain, messageLength, now }), now);
    else company.flood(connection);
  }

  #act(connection: Connection, received: Received, now: number): void {
    const { company, everybody, news, wantTick } = this.#desk;
    switch (received.type) {
      case "chat_message":
        this.#queue.push({ connection, message: received, arrivedAt: now });
        wantTick();
        return;
      case "typing":
        if (connection.mayType(now, TYPING_INTERVAL_MS) && news.typed(connection, received.isTyping))
          wantTick();
        return;
      case "ping":
        company.send(connection, { type: "pong", timestamp: now });
        return;
      case "who":
        if (connection.mayAsk(now, WHO_INTERVAL_MS)) company.send(connection, everybody.roster());
        return;
      case "wrong":
        if (received.malformed && !this.#tolerates(connection, now)) company.flood(connection);
        else company.send(connection, received.error);
        return;
      default:
        received satisfies never;
    }
  }

  #tolerates(connection: Connection, now: number): boolean {
    this.#desk.counters.add("malformed");
    this.#desk.wantPresenceTick();
    return connection.spendBadFrame(now);
  }

  /** As many as one tick carries, in the order in which they came. */
  take(): Pending[] {
    let characters = 0;
    let count = 0;
    while (count < this.#queue.length && count < MESSAGES_PER_TICK && characters < TICK_CHARACTERS)
      characters += this.#queue[count++]?.message.message.length ?? 0;
    return this.#queue.splice(0, count);
  }

  /** What the user sent and nobody saw yet. */
  forget(userId: string): void {
    this.#queue = this.#queue.filter(({ connection }) => connection.userId !== userId);
  }
}
