/** Our reader and writer of tokens against jose, which knows all of the standard. */
import fc from "fast-check";
import { CompactSign, jwtVerify, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { signJwt, verifyJwt } from "../../../worker/identity/jwt.ts";
import { signJwt as forgeable } from "./tokens.ts";

const NOW = 1_700_000_000;
const KEY = "a-key-0123456789-0123456789-0123456";
const key = new TextEncoder().encode(KEY);
const claims = fc.record({
  name: fc.string({ unit: "binary" }),
  exp: fc.integer({ min: NOW + 1, max: 4e9 }),
});

test("jose accepts what we sign, whatever the claims", async () => {
  await fc.assert(
    fc.asyncProperty(claims, async (given) => {
      const token = await signJwt(given, KEY);
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["HS256"],
        currentDate: new Date(NOW * 1000),
      });
      expect(payload).toEqual(JSON.parse(JSON.stringify(given)));
    }),
  );
});

test("we accept what jose signs, whatever the claims", async () => {
  await fc.assert(
    fc.asyncProperty(claims, async (given) => {
      const token = await new SignJWT(given).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key);
      expect(await verifyJwt(token, KEY, NOW)).toEqual(JSON.parse(JSON.stringify(given)));
    }),
  );
});

test("a token of which any one character was changed in header or claims is none", async () => {
  const token = await signJwt({ sub: "ada", exp: NOW + 60 }, KEY);
  const signedLength = token.lastIndexOf(".");
  for (let at = 0; at < signedLength; at++) {
    const changed = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
    expect(await verifyJwt(changed, KEY, NOW)).toBeUndefined();
  }
});

describe("no token is", () => {
  const good = { exp: NOW + 60 };
  test.each([
    ["the empty text", async () => ""],
    ["dots alone", async () => ".."],
    ["two parts", async () => (await forgeable(good, KEY)).split(".").slice(0, 2).join(".")],
    ["four parts", async () => `${await forgeable(good, KEY)}.x`],
    ["one with an empty signature", async () => (await forgeable(good, KEY)).replace(/[^.]*$/, "")],
    ["half a signature", async () => (await forgeable(good, KEY)).slice(0, -22)],
    ["one with padding", async () => `${await forgeable(good, KEY)}=`],
    ["one with a line break", async () => `${await forgeable(good, KEY)}\n`],
    ["one whose algorithm is spelt otherwise", () => forgeable(good, KEY, { alg: "hs256" })],
    ["one whose algorithms are a list", () => forgeable(good, KEY, { alg: ["HS256"] })],
    ["one without algorithm", () => forgeable(good, KEY, {})],
    [
      "one with an extension that must be known",
      () => forgeable(good, KEY, { alg: "HS256", crit: ["x"], x: 1 }),
    ],
    ["one whose claims are a list", () => forgeable([NOW + 60], KEY)],
    [
      "one that never ends",
      async () =>
        new CompactSign(new TextEncoder().encode('{"exp":1e999}'))
          .setProtectedHeader({ alg: "HS256" })
          .sign(key),
    ],
    ["one whose end is a text", () => forgeable({ exp: String(NOW + 60) }, KEY)],
  ])("%s", async (_, token) => {
    expect(await verifyJwt(await token(), KEY, NOW)).toBeUndefined();
  });
});

test("an empty key signs and opens nothing", async () => {
  expect(await verifyJwt(await signJwt({ exp: NOW + 60 }, KEY), "", NOW)).toBeUndefined();
});
