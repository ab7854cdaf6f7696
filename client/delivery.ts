import type { Ack, ChatMessage, ErrorFrame, Welcome } from "../worker/room/protocol.ts";
import type { Outcome, Sent } from "./chat-events.ts";
import { clientIdOf, keyOf, Outbox, type OutboxEntry } from "./outbox.ts";

/** Until the first `welcome` says otherwise, code points and ms. */
const DEFAULT_LIMITS = { messageLength: 500, resendWindowMs: 600_000 };

const randomKey = (): string => crypto.randomUUID().replaceAll("-", "");

/** The outbox with the server's clock and the promises made to whoever sent the messages. */
export class Delivery {
  readonly #outbox: Outbox;
  readonly #now: () => number;
  readonly #newKey: () => string;
  readonly #outcomes = new Map<string, (outcome: Outcome) => void>();
  #limits = DEFAULT_LIMITS;
  /** The server's clock minus ours, ms, as of the last `welcome`. */
  #clockOffset = 0;

  /** @param newKey names a message on this client, never the same twice */
  constructor(left: readonly OutboxEntry[] | undefined, now: () => number, newKey = randomKey) {
    this.#outbox = new Outbox(left);
    this.#now = now;
    this.#newKey = newKey;
  }

  get entries(): readonly OutboxEntry[] {
    return this.#outbox.entries;
  }

  /** @throws RangeError when the message is empty or longer than the room takes */
  add(message: string): Sent {
    const limit = this.#limits.messageLength;
    const length = [...message].length;
    if (length === 0 || length > limit)
      throw new RangeError(`A message has 1 to ${limit} characters (code points); this one has ${length}`);
    const key = this.#newKey();
    this.#outbox.add(message, key);
    return { key, outcome: new Promise((resolve) => this.#outcomes.set(key, resolve)) };
  }

  discard(key: string): OutboxEntry | undefined {
    this.#settle(key, { status: "discarded" });
    return this.#outbox.discard(key);
  }

  /** To be called after the messages of the `welcome` have `arrived`. */
  welcome(frame: Welcome, sameUser: boolean): void {
    this.#clockOffset = frame.timestamp - this.#now();
    this.#limits = { ...DEFAULT_LIMITS, ...frame.limits };
    if (!frame.recovered) this.#outbox.forgetAcknowledged();
    if (!sameUser) this.#outbox.identityLost();
  }

  disconnected(): void {
    this.#outbox.disconnected();
  }

  /** Nobody will learn more in this life of the client: all that wait get this answer. */
  end(outcome: Outcome): void {
    this.#outbox.disconnected();
    for (const key of [...this.#outcomes.keys()]) this.#settle(key, outcome);
  }

  /** The frames that may go now. The outbox must be kept before they are on the wire. */
  take(): { message: string; clientId: string }[] {
    const taken = this.#outbox.take(this.serverNow, this.#limits.resendWindowMs);
    for (const { key, state } of this.entries)
      if (state === "unconfirmed") this.#settle(key, { status: state });
    return taken.map((entry) => ({ message: entry.message, clientId: clientIdOf(entry) }));
  }

  /** Ms until `take` has something that waits for time alone. */
  dueIn(): number | undefined {
    return this.#outbox.dueIn(this.serverNow);
  }

  acknowledged({ clientId, id }: Ack, shown: boolean): void {
    this.#outbox.acknowledge(clientId, id);
    if (shown) this.#outbox.arrived(id, clientId);
    this.#settle(keyOf(clientId), { status: "acknowledged", id });
  }

  /** True when the message is one of ours that was still pending. */
  arrived({ id, clientId }: Pick<ChatMessage, "id" | "clientId">): boolean {
    const entry = this.#outbox.arrived(id, clientId);
    if (entry !== undefined) this.#settle(entry.key, { status: "acknowledged", id });
    return entry !== undefined;
  }

  /** True when the error is about one of ours. */
  refused({ clientId, code, message, retryAfterMs }: ErrorFrame): boolean {
    if (clientId === undefined) return false;
    const entry = this.#outbox.refuse(clientId, { code, message }, this.serverNow, retryAfterMs);
    if (entry?.state === "failed" || entry?.state === "unconfirmed")
      this.#settle(entry.key, { status: entry.state, code, message });
    return entry !== undefined;
  }

  get serverNow(): number {
    return this.#now() + this.#clockOffset;
  }

  #settle(key: string, outcome: Outcome): void {
    this.#outcomes.get(key)?.(outcome);
    this.#outcomes.delete(key);
  }
}
