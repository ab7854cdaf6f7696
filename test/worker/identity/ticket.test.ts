import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ticketUserId, verifyTicket } from "../../../worker/identity/ticket.ts";
import { forge, signJwt } from "./tokens.ts";

const NOW = 1_700_000_000;
const KEY = "ticket-key-0123456789-0123456789-01";
const claims = { sub: "ada@example.com", name: "Ada", room: "lobby", exp: NOW + 60 };

describe("a ticket", () => {
  test("names the user, the name and the room", async () => {
    expect(await verifyTicket(await signJwt(claims, KEY), KEY, NOW)).toEqual({
      userId: await ticketUserId("ada@example.com"),
      username: "Ada",
      room: "lobby",
    });
  });

  test("has its name cleaned, since the person at the client cannot mend it", async () => {
    const token = await signJwt({ ...claims, name: `\u202e${"x".repeat(40)}` }, KEY);
    expect(await verifyTicket(token, KEY, NOW)).toMatchObject({ username: "x".repeat(32) });
  });

  test("still counts when the backend's clock is a few seconds off", async () => {
    expect(await verifyTicket(await signJwt({ ...claims, exp: NOW - 3 }, KEY), KEY, NOW)).toBeDefined();
  });
});

describe("no ticket is", () => {
  test.each([
    ["nothing", async () => undefined],
    ["garbage", async () => "x.y.z"],
    ["an expired one", () => signJwt({ ...claims, exp: NOW - 60 }, KEY)],
    ["one that begins later", () => signJwt({ ...claims, nbf: NOW + 60 }, KEY)],
    ["one with a changed signature", async () => forge(await signJwt(claims, KEY))],
    ["one of another key", () => signJwt(claims, `${KEY}-other`)],
    [
      "an unsigned one",
      async () => `${(await signJwt(claims, KEY, { alg: "none" })).split(".").slice(0, 2).join(".")}.`,
    ],
    ["one without exp", () => signJwt({ ...claims, exp: undefined }, KEY)],
    ["one without sub", () => signJwt({ ...claims, sub: undefined }, KEY)],
    ["one with an empty sub", () => signJwt({ ...claims, sub: "" }, KEY)],
    ["one without name", () => signJwt({ ...claims, name: undefined }, KEY)],
    ["one without room", () => signJwt({ ...claims, room: undefined }, KEY)],
    ["a session under the same key", () => signJwt({ ...claims, aud: ["x", "edge-chat-session"] }, KEY)],
  ])("%s", async (_, token) => {
    expect(await verifyTicket(await token(), KEY, NOW)).toBeUndefined();
  });
});

test("a user id is stable, different for each subject, hides it, and is never a UUID of an open user", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (one, other) => {
      const id = await ticketUserId(one);
      expect(id).toBe(await ticketUserId(one));
      expect(id).toMatch(/^t_[A-Za-z0-9_-]{22}$/);
      if (one !== other) expect(await ticketUserId(other)).not.toBe(id);
    }),
  );
});
