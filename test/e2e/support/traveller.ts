import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { ChatClient } from "../../../client/chat-client.ts";
import { nextEvent } from "../../../client/next-event.ts";

const JOIN_MS = 60_000;

export interface Trip {
  /** Where the edge is at the moment: an account that was killed may come back at another port. Throws while there is none. */
  readonly edge: () => string;
  readonly room: string;
  readonly name: string;
  /** The data center that is nearest, such as `NRT`. */
  readonly colo: string;
}

function portOf(edge: () => string): number | undefined {
  try {
    return Number(new URL(edge()).port);
  } catch {
    return undefined;
  }
}

/** A WebSocket that arrives at the data center where its user is now. */
export function socketFrom(colo: () => string): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[] | WebSocketInit) {
      const init = typeof protocols === "string" || Array.isArray(protocols) ? { protocols } : protocols;
      // Node's own WebSocket takes headers, browsers' does not.
      super(url, { ...init, headers: { "x-local-colo": colo() } });
    }
  };
}

/**
 * A person with a real client, on a line that can be cut in the middle of a frame, who can be somewhere else the next
 * moment.
 */
export class Traveller {
  readonly name: string;
  readonly client: ChatClient;
  /** What the room did not take, in words: must stay empty. */
  readonly troubles: string[] = [];
  /** Texts in the order of writing, each acknowledged. */
  readonly acknowledged: string[] = [];
  /** Regions that ever welcomed this person. */
  readonly regions = new Set<string>();
  #colo: string;
  #written = 0;
  readonly #line: Server;
  readonly #ends = new Set<Socket>();

  private constructor({ edge, room, name, colo }: Trip, line: Server) {
    this.name = name;
    this.#colo = colo;
    this.#line = line;
    line.on("connection", (near) => {
      const port = portOf(edge);
      if (port === undefined) {
        near.resetAndDestroy();
        return;
      }
      const far = dial(port, "127.0.0.1");
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(end);
        end.on("error", () => {});
        end.on("close", () => {
          this.#ends.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
    const { port } = line.address() as { port: number }; // listens on TCP
    this.client = new ChatClient({
      url: `http://127.0.0.1:${port}`,
      room,
      username: name,
      WebSocket: socketFrom(() => this.#colo),
    });
    this.client.on("welcome", ({ region, recovered }) => {
      if (this.regions.size > 0 && !recovered) this.troubles.push(`${name} was not resumed in ${region}`);
      this.regions.add(region);
    });
  }

  /** Resolves once the room has welcomed this person. */
  static async arrive(trip: Trip): Promise<Traveller> {
    const line = createServer();
    await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
    const traveller = new Traveller(trip, line);
    if (traveller.client.room === undefined) await nextEvent(traveller.client, "welcome", undefined, JOIN_MS);
    return traveller;
  }

  /** Writes the next message; what becomes of it shows in `acknowledged` and `troubles`. */
  say(): void {
    const text = `${this.name} ${this.#written++}`;
    void this.client.send(text).outcome.then(({ status, ...why }) => {
      if (status === "acknowledged") this.acknowledged.push(text);
      else this.troubles.push(`${text}: ${status} ${JSON.stringify(why)}`);
    });
  }

  get written(): number {
    return this.#written;
  }

  /** The line breaks, without a word to either side. */
  cut(): void {
    for (const end of this.#ends) end.resetAndDestroy();
  }

  /** Somewhere else, all of a sudden. */
  hop(colo: string): void {
    this.#colo = colo;
    this.cut();
  }

  get isSettled(): boolean {
    return (
      this.client.state.status === "online" &&
      this.client.pending.length === 0 &&
      this.acknowledged.length + this.troubles.length >= this.#written
    );
  }

  /** The ids shown, oldest first. */
  get ids(): string[] {
    return this.client.messages.map(({ id }) => id);
  }

  get texts(): string[] {
    return this.client.messages.map(({ message }) => message);
  }

  leave(): void {
    this.client.close();
    this.cut();
    this.#line.close();
  }
}
