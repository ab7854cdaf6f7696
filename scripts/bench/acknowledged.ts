/** A person who writes on and on, comes back after every loss of the connection, and remembers what was acknowledged. */

const COME_BACK_MS = 50;
/** Sent and not yet acknowledged, at most. */
const UNDER_WAY = 5;

export class Writer {
  /** Ids that the room acknowledged as durable. */
  readonly acknowledged = new Set<string>();
  readonly #address: () => Promise<string>;
  #socket: WebSocket | undefined;
  #ended = false;
  #number = 0;

  /** @param address of the room, anew for each connection */
  constructor(address: () => Promise<string>) {
    this.#address = address;
    void this.#connect();
  }

  end(): void {
    this.#ended = true;
    this.#socket?.close(1000);
  }

  async #connect(): Promise<void> {
    if (this.#ended) return;
    const again = () => void setTimeout(() => void this.#connect(), COME_BACK_MS);
    let socket: WebSocket;
    try {
      socket = new WebSocket(await this.#address(), ["edge-chat.v1"]);
    } catch {
      again();
      return;
    }
    this.#socket = socket;
    socket.onclose = again;
    socket.onerror = () => undefined;
    socket.onmessage = ({ data }) => {
      const parsed: unknown = JSON.parse(String(data));
      for (const frame of Array.isArray(parsed) ? parsed : [parsed]) this.#hear(socket, frame);
    };
  }

  #hear(socket: WebSocket, frame: { type?: string; id?: string }): void {
    if (frame.type === "welcome") for (let n = 0; n < UNDER_WAY; n++) this.#say(socket);
    if (frame.type !== "ack" || frame.id === undefined) return;
    this.acknowledged.add(frame.id);
    this.#say(socket);
  }

  #say(socket: WebSocket): void {
    if (this.#ended || socket.readyState !== WebSocket.OPEN) return;
    const number = String(this.#number++).padStart(8, "0");
    const clientId = `${Date.now().toString(36)}-${number}`;
    socket.send(JSON.stringify({ type: "chat_message", message: `message ${number}`, clientId }));
  }
}
