import type { ServerFrame, Welcome } from "../../worker/room/protocol.ts";

const WELCOME: Welcome = {
  type: "welcome",
  userId: "u1",
  username: "Ada",
  userCount: 1,
  recentMessages: [],
  room: "lobby",
  region: "weur",
  session: "session-1",
  cursor: "weur.1:0@0",
  recovered: false,
  deleted: [],
  timestamp: 0,
  version: "v",
  limits: {
    messageLength: 500,
    messagesPerMinute: 10,
    connectionsPerRoom: 1000,
    connectionsPerUser: 5,
    recentMessages: 10,
    visibleMessages: 100,
    resendWindowMs: 600_000,
    frameBytes: 8192,
  },
};

/** The other end of a client's sockets, for what a real room does only after minutes or hours. */
export class ScriptedServer {
  readonly sockets: ScriptedSocket[] = [];
  /** Its `WebSocket`, for the client. */
  readonly WebSocket: typeof WebSocket;

  constructor() {
    const { sockets } = this;
    // A client uses the part of a WebSocket that ScriptedSocket has.
    this.WebSocket = class extends ScriptedSocket {
      constructor(url: string, protocols: readonly string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    } as unknown as typeof WebSocket;
  }

  /** The socket of the client's latest attempt. */
  get current(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("The client has not connected");
    return socket;
  }
}

export class ScriptedSocket extends EventTarget {
  static readonly OPEN = 1;
  readonly url: string;
  readonly protocols: readonly string[];
  readonly heard: string[] = [];
  answersPings = true;
  readonly bufferedAmount = 0;
  binaryType = "blob";
  readyState = 0;

  constructor(url: string, protocols: readonly string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
  }

  send(text: string): void {
    this.heard.push(text);
    if (text === "ping" && this.answersPings) queueMicrotask(() => this.saysRaw("pong"));
  }

  close(): void {
    this.readyState = 3;
  }

  /** The room accepts, and welcomes at `timestamp` of its clock. */
  welcome(fields: Partial<Welcome> = {}): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
    this.say({ ...WELCOME, timestamp: Date.now(), ...fields });
  }

  say(...frames: ServerFrame[]): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frames) }));
  }

  saysRaw(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  closes(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }

  /** The chat messages that the client sent here. */
  get messages(): { message: string; clientId: string }[] {
    return this.heard.filter((text) => text.includes('"chat_message"')).map((text) => JSON.parse(text));
  }
}
