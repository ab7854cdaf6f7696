import { describe, expect, test } from "vitest";
import { admin, ask, askUnder, errorOf, freshRoom } from "./http.ts";
import { accept, upgrade, welcomeOf } from "./socket.ts";

const kick = (room: string, body: unknown, headers: Record<string, string> = admin()) =>
  ask(`/chat/${room}/kick`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const remove = (room: string, id: string, headers: Record<string, string> = admin()) =>
  ask(`/chat/${room}/messages/${id}`, { method: "DELETE", headers });

const join = async (room: string, name: string) =>
  accept(await ask(`/chat/${room}?username=${name}`, upgrade(["edge-chat.v1"])));

describe("a moderation call without the admin token answers 401", () => {
  test.each([
    ["no header", {}],
    ["another token", { Authorization: "Bearer wrong" }],
    ["another scheme", { Authorization: `Basic ${admin().Authorization.slice(7)}` }],
    ["an empty token", { Authorization: "Bearer " }],
  ])("%s", async (_, headers: Record<string, string>) => {
    for (const response of [
      await kick("lobby", { userId: "u" }, headers),
      await remove("lobby", "id", headers),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
      expect((await errorOf(response)).code).toBe("unauthorized");
    }
  });

  test("any token, where none is configured", async () => {
    for (const ADMIN_TOKEN of [undefined, ""]) {
      const response = await askUnder({ bindings: { ADMIN_TOKEN } }, "/chat/lobby/messages/id", {
        method: "DELETE",
        headers: { Authorization: "Bearer undefined" },
      });
      expect(response.status).toBe(401);
    }
  });
});

describe("a kick", () => {
  test.each([
    ["no JSON", "userId=u"],
    ["null", "null"],
    ["an array", []],
    ["no user", {}],
    ["an empty user", { userId: "" }],
    ["a user that is a number", { userId: 7 }],
    ["a ban of no time", { userId: "u", banSeconds: 0 }],
    ["a ban of half a second", { userId: "u", banSeconds: 0.5 }],
    ["a ban into the past", { userId: "u", banSeconds: -1 }],
    ["a ban for a thousand years", { userId: "u", banSeconds: 4e10 }],
    ["a body of 1 MB", { userId: "u", padding: "x".repeat(1_000_000) }],
  ])("with %s answers 400 and says what is allowed", async (_, body) => {
    const response = await kick("lobby", body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toMatch(/"userId".*"banSeconds"/);
  });

  test("of nobody closes nothing", async () => {
    const response = await kick(freshRoom(), { userId: "nobody" });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ userId: "nobody", closed: 0 });
  });

  test("closes the user's connection with 4003, and a ban keeps the user out", async () => {
    const room = freshRoom();
    const socket = await join(room, "Ada");
    const { userId, session } = await welcomeOf(socket);
    const response = await kick(room, { userId, banSeconds: 60 });
    expect(await response.json()).toEqual({ userId, closed: 1 });
    expect((await socket.closed()).code).toBe(4003);
    const again = accept(await ask(`/chat/${room}`, upgrade(["edge-chat.v1", `session.${session}`])));
    expect((await again.next("error")).code).toBe("banned");
    expect((await again.closed()).code).toBe(4403);
    const plain = await ask(`/chat/${room}?session=${session}`, upgrade());
    expect(plain.status).toBe(403);
    expect(plain.headers.get("Cache-Control")).toBe("no-store");
    expect(plain.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect((await errorOf(plain)).code).toBe("banned");
  });
});

describe("removing a message", () => {
  test("that the room does not hold answers 404", async () => {
    for (const id of ["unknown", "x".repeat(500)]) {
      const response = await remove(freshRoom(), id);
      expect(response.status).toBe(404);
      expect((await errorOf(response)).code).toBe("not_found");
    }
  });

  test("takes it out of the history and tells everyone; a second time is fine", async () => {
    const room = freshRoom();
    const socket = await join(room, "Ada");
    await welcomeOf(socket);
    socket.send({ type: "chat_message", message: "take this back" });
    const { id } = await socket.next("chat_message");
    const response = await remove(room, String(id));
    expect(await response.json()).toEqual({ id, deleted: true });
    expect(await socket.next("message_deleted")).toMatchObject({ id });
    expect(await (await ask(`/chat/${room}/messages`)).json()).toEqual({ messages: [], more: false });
    expect((await remove(room, String(id))).status).toBe(200);
  });
});
