import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { CONNECT_HEADER, encodeConnect } from "../../../worker/objects/contract.ts";
import { signJwt } from "../identity/tokens.ts";
import { ask, askUnder, errorOf, freshRoom } from "./http.ts";
import { accept, upgrade, welcomeOf } from "./socket.ts";

const V1 = "edge-chat.v1";

describe("a v1 client is refused in a way that a browser can see: an error frame, then the close code", () => {
  const refusal = async (response: Response) => {
    expect(response.status).toBe(101);
    expect(response.headers.get("Sec-WebSocket-Protocol")).toBe(V1);
    const socket = accept(response);
    const end = await socket.closed();
    expect(socket.frames).toHaveLength(1);
    return { frame: socket.frames[0], code: end.code };
  };

  test.each([
    ["a dot in the room", "/chat/a.b"],
    ["a slash in the room", "/chat/a%2Fb"],
    ["a slash as it stands", "/chat/a/b"],
    ["an emoji", "/chat/😀"],
    ["65 characters", `/chat/${"x".repeat(65)}`],
    ["no room", "/chat/"],
  ])("bad_room, 4400: %s", async (_, path) => {
    const { frame, code } = await refusal(await ask(path, upgrade([V1])));
    expect(frame).toMatchObject({
      type: "error",
      code: "bad_room",
      message: expect.stringMatching(/1 to 64/),
    });
    expect(code).toBe(4400);
  });

  test.each([
    ["10 KB", "x".repeat(10_240)],
    ["33 code points", "x".repeat(33)],
    ["control characters", "A\u0000da"],
    ["a direction override", "\u202eadA"],
    ["marks piled up", `x${"\u0305".repeat(5)}`],
  ])("bad_username, 4400: %s", async (_, name) => {
    const path = `/chat/${freshRoom()}?username=${encodeURIComponent(name)}`;
    const { frame, code } = await refusal(await ask(path, upgrade([V1])));
    expect(frame).toMatchObject({
      type: "error",
      code: "bad_username",
      message: expect.stringMatching(/^A name/),
    });
    expect(code).toBe(4400);
  });

  test.each([
    ["none", async () => ""],
    ["garbage", async () => "garbage"],
    [
      "an expired one",
      (room: string) => signJwt({ sub: "a", name: "A", room, exp: 1 }, String(env.TICKET_KEY)),
    ],
    [
      "one of another room",
      () => signJwt({ sub: "a", name: "A", room: "x", exp: 4e9 }, String(env.TICKET_KEY)),
    ],
    [
      "one of another key",
      (room: string) => signJwt({ sub: "a", name: "A", room, exp: 4e9 }, "k".repeat(40)),
    ],
  ])("bad_ticket, 4401: %s", async (_, ticket) => {
    const room = freshRoom();
    const protocols = [V1, `ticket.${await ticket(room)}`];
    const response = await askUnder({ chat: { access: "ticket" } }, `/chat/${room}`, {
      headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": protocols.join(", ") },
    });
    const { frame, code } = await refusal(response);
    expect(frame).toMatchObject({ type: "error", code: "bad_ticket" });
    expect(code).toBe(4401);
  });
});

describe("a plain client is refused over HTTP, with a JSON body", () => {
  test("400 for a wrong room", async () => {
    const response = await ask("/chat/a.b?username=Ada", upgrade());
    expect(response.status).toBe(400);
    expect((await errorOf(response)).code).toBe("bad_room");
  });

  test("401 where a ticket is missing", async () => {
    const response = await askUnder({ chat: { access: "ticket" } }, `/chat/${freshRoom()}`, {
      headers: { Upgrade: "websocket" },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
    expect((await errorOf(response)).code).toBe("bad_ticket");
  });

  test("never for its name, which is cleaned and cut to fit", async () => {
    const name = encodeURIComponent(`\u202e<b>\u0000${"x".repeat(10_240)}`);
    const socket = accept(await ask(`/chat/${freshRoom()}?username=${name}`, upgrade()));
    expect((await welcomeOf(socket)).username).toBe(`<b>${"x".repeat(29)}`);
    socket.close();
  });

  test("and without any name it is Anonymous", async () => {
    const socket = accept(await ask(`/chat/${freshRoom()}`, upgrade()));
    expect((await welcomeOf(socket)).username).toBe("Anonymous");
    expect(socket.response.headers.get("Sec-WebSocket-Protocol")).toBeNull();
    socket.close();
  });
});

test("of all offered subprotocols only edge-chat.v1 is ever echoed", async () => {
  const room = freshRoom();
  const v1 = accept(await ask(`/chat/${room}`, upgrade(["chat", V1, "session.x"])));
  expect(v1.response.headers.get("Sec-WebSocket-Protocol")).toBe(V1);
  v1.close();
});

test("what a client claims in the inner header is not believed", async () => {
  const room = freshRoom();
  const claim = encodeConnect({
    room,
    region: "weur",
    userId: "somebody-else",
    username: "Root",
    plain: false,
    resuming: true,
    session: "stolen",
  });
  const socket = accept(await ask(`/chat/${room}?username=Eve`, upgrade([V1], { [CONNECT_HEADER]: claim })));
  const welcome = await welcomeOf(socket);
  expect(welcome.username).toBe("Eve");
  expect(welcome.userId).not.toBe("somebody-else");
  expect(welcome.session).not.toBe("stolen");
  socket.close();
});
