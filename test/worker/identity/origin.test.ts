import fc from "fast-check";
import { expect, test } from "vitest";
import { isOriginAllowed } from "../../../worker/identity/origin.ts";

const rule = { host: "chat.example.com", allowed: ["https://app.example.com"] };

test.each([
  ["no Origin header", null, true],
  ["the chat's own host", "https://chat.example.com", true],
  ["the chat's own host without TLS, as on a laptop", "http://chat.example.com", true],
  ["an entry of the list", "https://app.example.com", true],
  ["null", "null", false],
  ["an entry with another scheme", "http://app.example.com", false],
  ["an entry with another port", "https://app.example.com:8443", false],
  ["a host that begins like an entry", "https://app.example.com.evil.test", false],
  ["a host that ends like the own one", "https://evilchat.example.com", false],
  ["the own host with a path", "https://chat.example.com/x", false],
  ["an empty header", "", false],
  ["a star sent by the client", "*", false],
])("%s is %s → %s", (_, origin, expected) => {
  expect(isOriginAllowed(origin, rule)).toBe(expected);
});

test("a configured star allows every origin but null", () => {
  const open = { host: "chat.example.com", allowed: ["*"] };
  fc.assert(fc.property(fc.webUrl(), (url) => isOriginAllowed(new URL(url).origin, open)));
  expect(isOriginAllowed("null", open)).toBe(false);
});

test("without a star, an origin that is neither the own host nor listed is refused", () => {
  fc.assert(
    fc.property(fc.webUrl(), (url) => {
      const { origin, host } = new URL(url);
      fc.pre(host !== rule.host && !rule.allowed.includes(origin));
      return !isOriginAllowed(origin, rule);
    }),
  );
});
