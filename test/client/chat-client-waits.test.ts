import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChatClient, type ChatClientOptions } from "../../client/chat-client.ts";
import { ScriptedServer } from "./scripted-socket.ts";

const MINUTE_MS = 60_000;
let server: ScriptedServer;
let client: ChatClient;

beforeEach(() => {
  vi.useFakeTimers();
  server = new ScriptedServer();
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

async function connect(options: Partial<ChatClientOptions> = {}): Promise<void> {
  client = new ChatClient({
    url: "https://chat.example/",
    room: "lobby",
    username: "Ada",
    random: () => 0.5,
    WebSocket: server.WebSocket,
    ...options,
  });
  await vi.advanceTimersByTimeAsync(1);
}

/** Lets time go by until the client tries again. */
async function nextAttempt(): Promise<void> {
  for (let waited = 0; server.current.readyState !== 0; waited += 100) {
    if (waited > MINUTE_MS) throw new Error("The client did not try again within a minute");
    await vi.advanceTimersByTimeAsync(100);
  }
}

describe("a client that waits", () => {
  it("sends a rate-limited message again when the time is over, under the same clientId", async () => {
    await connect();
    server.current.welcome();
    const { outcome } = client.send("one too many");
    const { clientId } = server.current.messages[0] ?? { clientId: "" };
    server.current.say({
      type: "error",
      code: "rate_limited",
      message: "x",
      clientId,
      retryAfterMs: MINUTE_MS,
    });
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1);
    expect(server.current.messages).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.current.messages.map((sent) => sent.clientId)).toEqual([clientId, clientId]);
    server.current.say({ type: "ack", clientId, id: "m1", timestamp: 1, order: "1" });
    expect(await outcome).toEqual({ status: "acknowledged", id: "m1" });
  });

  it("names messages by the server's clock, not by its own", async () => {
    await connect();
    server.current.welcome({ timestamp: Date.now() + 3_600_000 });
    client.send("hello");
    const created = Number.parseInt(server.current.messages[0]?.clientId ?? "", 36);
    expect(created).toBe(Date.now() + 3_600_000);
  });

  it("does not send again what is older than the resend window, and says so", async () => {
    await connect();
    server.current.welcome();
    const { outcome } = client.send("lost?");
    server.current.closes(1006);
    await vi.advanceTimersByTimeAsync(11 * MINUTE_MS);
    await nextAttempt();
    server.current.welcome({ recovered: true, session: "s2" });
    expect(server.current.messages).toEqual([]);
    expect(await outcome).toEqual({ status: "unconfirmed" });
    expect(client.pending).toMatchObject([{ message: "lost?", state: "unconfirmed" }]);
  });

  it("finds its message among those it missed, however late, and then does not call it unconfirmed", async () => {
    await connect();
    server.current.welcome();
    const { outcome } = client.send("arrived after all");
    const { clientId = "" } = server.current.messages[0] ?? {};
    server.current.closes(1006);
    await vi.advanceTimersByTimeAsync(11 * MINUTE_MS);
    await nextAttempt();
    const message = { id: "m", userId: "u1", username: "Ada", message: "arrived after all", timestamp: 1 };
    server.current.welcome({
      recovered: true,
      recentMessages: [{ type: "chat_message", ...message, order: "1", origin: "weur.1", seq: 1, clientId }],
    });
    expect(await outcome).toEqual({ status: "acknowledged", id: "m" });
    expect(client.pending).toEqual([]);
  });

  it("comes back after 4503 no sooner than it was told, whoever nudges it", async () => {
    await connect();
    const { current } = server;
    current.readyState = 1;
    current.dispatchEvent(new Event("open"));
    current.say({ type: "error", code: "unavailable", message: "later", retryAfterMs: 20_000 });
    current.closes(4503);
    expect(client.state).toMatchObject({ status: "reconnecting", message: "later" });
    client.nudge();
    await vi.advanceTimersByTimeAsync(19_999);
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_001);
    expect(server.sockets).toHaveLength(2);
  });

  it("comes back with its session and cursor, and offers the protocol", async () => {
    await connect();
    expect(server.current.protocols).toEqual(["edge-chat.v1"]);
    expect(server.current.url).toBe("wss://chat.example/chat/lobby?username=Ada");
    server.current.welcome({ cursor: "weur.1:7@0007" });
    server.current.closes(1012);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.current.protocols).toEqual(["edge-chat.v1", "session.session-1"]);
    expect(new URL(server.current.url).searchParams.get("since")).toBe("weur.1:7@0007");
  });

  it("asks for a ticket before each connection, and tries again when there is none to be had", async () => {
    const tickets = ["first", new Error("the backend is down"), "second"];
    const ticket = async () => {
      const next = tickets.shift() ?? "";
      if (next instanceof Error) throw next;
      return next;
    };
    await connect({ ticket });
    expect(server.current.protocols).toContain("ticket.first");
    server.current.closes(1006);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.sockets).toHaveLength(2);
    expect(server.current.protocols).toContain("ticket.second");
  });

  it("pings every 30 seconds, and replaces a connection whose answer does not come", async () => {
    await connect();
    const first = server.current;
    first.welcome();
    first.answersPings = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.heard).toEqual(["ping"]);
    first.saysRaw("pong");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.heard).toEqual(["ping", "ping"]);
    expect(client.state.status).toBe("online");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.state.status).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.sockets).toHaveLength(2);
  });

  it("waits longer with each failure, and starts over once a connection has held", async () => {
    await connect();
    const attempts: number[] = [];
    client.on(
      "state",
      (state) => state.status === "reconnecting" && attempts.push(state.retryAt - Date.now()),
    );
    for (let at = 0; at < 3; at++) {
      server.current.closes(1006);
      await nextAttempt();
    }
    server.current.welcome();
    await vi.advanceTimersByTimeAsync(6_000);
    server.current.closes(1006);
    expect(attempts).toEqual([500, 1_500, 3_000, 500]);
  });

  it("stays away for good after a final close", async () => {
    await connect();
    server.current.welcome();
    server.current.closes(4403);
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(server.sockets).toHaveLength(1);
    expect(client.state).toMatchObject({ status: "offline", reason: "banned" });
  });
});
