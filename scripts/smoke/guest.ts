import { ChatClient } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import type { StoredState } from "../../client/storage.ts";
import { overrideHeaders, type SmokeTarget } from "./target.ts";
import { signTicket } from "./ticket.ts";

/** How long one exchange may take; the far side of the world answers in a second. */
export const STEP_MS = 10_000;

/** A socket whose upgrade carries headers: Node's can, a browser's cannot. */
const webSocketWith = (headers: Record<string, string>): typeof WebSocket =>
  class extends WebSocket {
    constructor(url: string | URL, offered: ConstructorParameters<typeof WebSocket>[1] = []) {
      const protocols = typeof offered === "string" || Array.isArray(offered) ? offered : [];
      super(url, { protocols, headers });
    }
  };

/** A client that keeps its session and cursor, so that it can come back as the same user. */
export class Guest {
  #stored: StoredState | undefined;
  #client: ChatClient;
  readonly #open: () => ChatClient;

  constructor(target: SmokeTarget, room: string, username: string) {
    const { url, ticketKey } = target;
    const storage = {
      load: () => this.#stored,
      save: (chat: StoredState) => {
        this.#stored = chat;
      },
    };
    const headers = overrideHeaders(target);
    this.#open = () =>
      new ChatClient({
        url,
        room,
        username,
        storage,
        ...(ticketKey === undefined ? {} : { ticket: () => signTicket(ticketKey, room, username) }),
        ...(Object.keys(headers).length === 0 ? {} : { WebSocket: webSocketWith(headers) }),
      });
    this.#client = this.#open();
  }

  get client(): ChatClient {
    return this.#client;
  }

  async joined(): Promise<{ version: string; recovered: boolean }> {
    if (this.#client.room) return this.#client.room;
    const welcome = nextEvent(this.#client, "welcome", undefined, STEP_MS).catch(() => {
      throw new Error(`the room let nobody in within ${STEP_MS / 1000} s`);
    });
    const offline = nextEvent(this.#client, "state", (state) => state.status === "offline", STEP_MS).then(
      (state) => {
        throw new Error(
          `the room refused the connection: ${"message" in state ? state.message : state.status}`,
        );
      },
      () => welcome,
    );
    return Promise.race([welcome, offline]);
  }

  leave(): void {
    this.#client.close();
  }

  comeBack(): void {
    this.#client = this.#open();
  }
}
