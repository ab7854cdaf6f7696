import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ChatClient } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import { RealChat } from "./real-chat.ts";

const SPEAKERS = 4;
const MESSAGES = 250;
/** Three bytes a character: together more than the buffers of a connection on one machine take. */
const TEXT = "字".repeat(2_000);

const chat = new RealChat({ limits: { messagesPerMinute: 600, messageLength: 2_000 } });

/** A plain client that asks for the upgrade, reads the answer to that, and never again. */
function deaf(room: string): Promise<Socket> {
  const { hostname, port, host } = new URL(chat.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /chat/${room}?username=Deaf HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (head) => {
      socket.pause();
      if (head.toString("latin1").startsWith("HTTP/1.1 101")) resolve(socket);
      else reject(new Error(head.toString("latin1")));
    });
  });
}

beforeAll(() => chat.start());
afterAll(() => chat.dispose());

it("a client that never reads delays nobody, however much is said, and is counted out once it is gone", async () => {
  const socket = await deaf("busy");
  const speakers = Array.from(
    { length: SPEAKERS },
    (_, at) => new ChatClient({ url: chat.url, room: "busy", username: `Speaker ${at}` }),
  );
  const heard = speakers.map((client) => {
    let count = 0;
    client.on("message", () => {
      count++;
    });
    return () => count;
  });
  await Promise.all(speakers.map((client) => nextEvent(client, "welcome")));
  const outcomes = await Promise.all(
    speakers.flatMap((client) => Array.from({ length: MESSAGES }, () => client.send(TEXT).outcome)),
  );
  expect(outcomes.filter(({ status }) => status !== "acknowledged")).toEqual([]);
  const everything = SPEAKERS * MESSAGES;
  await expect
    .poll(() => heard.map((count) => count()), { timeout: 20_000 })
    .toEqual(speakers.map(() => everything));
  socket.destroy();
  const users = async () => {
    const answer = await fetch(new URL("/chat/busy", chat.url));
    return ((await answer.json()) as { users: number }).users;
  };
  await expect.poll(users, { timeout: 20_000 }).toBe(SPEAKERS);
  for (const client of speakers) client.close();
});
