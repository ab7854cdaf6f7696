import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { signSession, verifySession } from "../../../worker/identity/session.ts";
import { ticketUserId } from "../../../worker/identity/ticket.ts";
import type { Welcome } from "../../../worker/room/protocol.ts";
import { forge, signJwt } from "../identity/tokens.ts";
import { ask, askUnder, freshRoom } from "./http.ts";
import { accept, upgrade, welcomeOf } from "./socket.ts";

const V1 = "edge-chat.v1";
const now = () => Math.floor(Date.now() / 1000);
const keys = { current: env.SESSION_KEY, previous: env.SESSION_KEY_PREVIOUS };

async function join(room: string, { query = "", protocols = [] as string[] } = {}): Promise<Welcome> {
  const socket = accept(await ask(`/chat/${room}?username=Ada${query}`, upgrade([V1, ...protocols])));
  const welcome = await welcomeOf(socket);
  socket.close();
  return welcome;
}

describe("a session keeps its user", () => {
  test("as an offered subprotocol and in the query, whatever name comes with it", async () => {
    const room = freshRoom();
    const first = await join(room);
    for (const way of [{ protocols: [`session.${first.session}`] }, { query: `&session=${first.session}` }]) {
      const socket = accept(
        await ask(
          `/chat/${room}?username=Somebody${way.query ?? ""}`,
          upgrade([V1, ...(way.protocols ?? [])]),
        ),
      );
      expect(await welcomeOf(socket)).toMatchObject({ userId: first.userId, username: "Ada" });
      socket.close();
    }
  });

  test("and is renewed in each welcome", async () => {
    const room = freshRoom();
    const userId = crypto.randomUUID();
    const old = await signSession({ userId, username: "Ada", room, ticketed: false }, keys, now() - 3600);
    const { session } = await join(room, { protocols: [`session.${old}`] });
    expect(session).not.toBe(old);
    expect(await verifySession(session, keys, now() + 23 * 3600)).toMatchObject({ userId, room });
  });

  test("while the key it was signed with is the one before the last rotation", async () => {
    const room = freshRoom();
    const before = { current: String(env.SESSION_KEY_PREVIOUS), previous: undefined };
    const userId = crypto.randomUUID();
    const old = await signSession({ userId, username: "Ada", room, ticketed: false }, before, now());
    const welcome = await join(room, { protocols: [`session.${old}`] });
    expect(welcome.userId).toBe(userId);
    expect(
      await verifySession(welcome.session, { current: env.SESSION_KEY, previous: undefined }, now()),
    ).toBeDefined();
  });
});

describe("a session that is no good refuses nobody: its bearer is a new user", () => {
  test.each([
    ["a forged one", async (good: string) => forge(good)],
    ["garbage", async () => "garbage"],
    [
      "an expired one",
      (_: string, room: string, userId: string) =>
        signSession({ userId, username: "Ada", room, ticketed: false }, keys, now() - 25 * 3600),
    ],
    [
      "one of another room",
      (_: string, __: string, userId: string) =>
        signSession({ userId, username: "Ada", room: "another", ticketed: false }, keys, now()),
    ],
    [
      "one of a key from long ago",
      (_: string, room: string, userId: string) =>
        signSession(
          { userId, username: "Ada", room, ticketed: false },
          { current: "k".repeat(40), previous: undefined },
          now(),
        ),
    ],
  ])("%s", async (_, make) => {
    const room = freshRoom();
    const first = await join(room);
    const bad = await make(first.session, room, first.userId);
    const second = await join(room, {
      protocols: [`session.${bad}`],
      query: `&since=${encodeURIComponent(first.cursor)}`,
    });
    expect(second.userId).not.toBe(first.userId);
    expect(second.recovered).toBe(false);
  });
});

test.each([
  ["garbage", "%00%ff;drop"],
  ["10 KB", "x".repeat(10_240)],
])("a cursor of %s refuses nobody: it recovers nothing", async (_, since) => {
  const room = freshRoom();
  const first = await join(room);
  const second = await join(room, { protocols: [`session.${first.session}`], query: `&since=${since}` });
  expect(second.userId).toBe(first.userId);
  expect(second.recovered).toBe(false);
});

test("with a ticket a user is the ticket's subject, under its name, and comes back by session alone", async () => {
  const room = freshRoom();
  const chat = { access: "ticket" } as const;
  const ticket = await signJwt({ sub: "ada", name: "Ada L.", room, exp: now() + 60 }, String(env.TICKET_KEY));
  const enter = async (token: string) => {
    const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": `${V1}, ${token}` };
    const socket = accept(await askUnder({ chat }, `/chat/${room}?username=Root`, { headers }));
    const welcome = await welcomeOf(socket);
    socket.close();
    return welcome;
  };
  const first = await enter(`ticket.${ticket}`);
  expect(first).toMatchObject({ userId: await ticketUserId("ada"), username: "Ada L." });
  expect(await enter(`session.${first.session}`)).toMatchObject({ userId: first.userId, username: "Ada L." });
});
