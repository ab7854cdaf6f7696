import * as z from "zod";
import { within } from "./within.ts";

const Frame = z.looseObject({ type: z.string() });
type Frame = z.infer<typeof Frame>;

/** How long anything may take to arrive on a busy machine, ms. */
const ARRIVAL_MS = 30_000;

/**
 * A client as in the article: no subprotocol, no session, no cursor, `JSON.parse` of each frame and a look at its
 * `type`. Nothing of this project's client is in it.
 */
export class ArticleClient {
  readonly #socket: WebSocket;
  readonly #userId: () => unknown;
  readonly #waiting: Frame[] = [];
  readonly #all: Frame[] = [];
  #broken: string | undefined;

  static async open(url: string, room: string, username?: string): Promise<ArticleClient> {
    const address = new URL(`/chat/${room}`, url);
    address.protocol = address.protocol.replace("http", "ws");
    if (username !== undefined) address.searchParams.set("username", username);
    const socket = new WebSocket(address);
    const client = new ArticleClient(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error(`${address} refused the socket`)));
    });
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#userId = () => this.#all.find(({ type }) => type === "welcome")?.userId;
    socket.addEventListener("message", ({ data }) => {
      const frame = Frame.safeParse(typeof data === "string" ? JSON.parse(data) : data);
      if (!frame.success) this.#broken = `a frame that the article's client cannot read: ${String(data)}`;
      else {
        this.#all.push(frame.data);
        this.#waiting.push(frame.data);
      }
    });
    socket.addEventListener("close", ({ code }) => {
      this.#broken ??= `the socket closed with ${code}`;
    });
  }

  /** The next frame of a type that was not taken yet. */
  next(type: string): Promise<Frame> {
    return within(ARRIVAL_MS, `a ${type}`, async () => {
      const at = this.#waiting.findIndex((frame) => frame.type === type);
      if (at >= 0) return this.#waiting.splice(at, 1)[0];
      if (this.#broken !== undefined) throw new Error(this.#broken);
      return undefined;
    });
  }

  get heardOwnTyping(): boolean {
    return this.#all.some(({ type, userId }) => type === "typing" && userId === this.#userId());
  }

  send(frame: object): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }
}
