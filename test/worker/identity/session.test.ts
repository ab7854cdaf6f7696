import { describe, expect, test } from "vitest";
import { SESSION_SECONDS, signSession, verifySession } from "../../../worker/identity/session.ts";
import { forge, signJwt } from "./tokens.ts";

const NOW = 1_700_000_000;
const keys = {
  current: "current-key-0123456789-0123456789-0",
  previous: "previous-key-0123456789-0123456789",
};
const session = { userId: "user-1", username: "Ada <b>😀</b>", room: "lobby", ticketed: false };

const claims = {
  sub: "user-1",
  name: "Ada",
  room: "lobby",
  ticketed: false,
  aud: "edge-chat-session",
  exp: NOW + 60,
};

describe("a session", () => {
  test("names the same user, name and room when it comes back", async () => {
    expect(await verifySession(await signSession(session, keys, NOW), keys, NOW)).toEqual(session);
  });

  test("is good for 24 hours and not a second longer", async () => {
    const token = await signSession(session, keys, NOW);
    expect(await verifySession(token, keys, NOW + SESSION_SECONDS - 1)).toEqual(session);
    expect(await verifySession(token, keys, NOW + SESSION_SECONDS)).toBeUndefined();
  });

  test("survives the rotation of the key, and is signed with the new one", async () => {
    const old = await signSession(session, { current: keys.previous, previous: undefined }, NOW);
    expect(await verifySession(old, keys, NOW)).toEqual(session);
    const renewed = await signSession(session, keys, NOW);
    expect(await verifySession(renewed, { current: keys.current, previous: undefined }, NOW)).toEqual(
      session,
    );
  });

  test("can be sent as a subprotocol: its characters are those of a token", async () => {
    expect(await signSession(session, keys, NOW)).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
  });
});

describe("no session is", () => {
  test.each([
    ["nothing", async () => undefined],
    ["garbage", async () => "garbage"],
    ["a token with a changed signature", async () => forge(await signSession(session, keys, NOW))],
    [
      "one signed with a key from before the last rotation",
      () => signJwt(claims, "older-key-0123456789-0123456789-0"),
    ],
    [
      "an unsigned token",
      async () =>
        `${(await signJwt(claims, keys.current, { alg: "none" })).split(".").slice(0, 2).join(".")}.`,
    ],
    ["one for another algorithm", () => signJwt(claims, keys.current, { alg: "HS512" })],
    ["one without expiry", () => signJwt({ ...claims, exp: undefined }, keys.current)],
    ["a ticket under the same key", () => signJwt({ ...claims, aud: undefined }, keys.current)],
    ["one without a user", () => signJwt({ ...claims, sub: undefined }, keys.current)],
    ["one whose claims have other types", () => signJwt({ ...claims, name: 7 }, keys.current)],
  ])("%s", async (_, token) => {
    expect(await verifySession(await token(), keys, NOW)).toBeUndefined();
  });

  test("the claims that those cases start from are good ones", async () => {
    expect(await verifySession(await signJwt(claims, keys.current), keys, NOW)).toMatchObject({
      userId: "user-1",
    });
  });
});
