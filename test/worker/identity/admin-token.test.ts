import { expect, test } from "vitest";
import { isAdminToken } from "../../../worker/identity/admin-token.ts";

test.each([
  ["the configured token", "secret-token", "secret-token", true],
  ["a prefix of it", "secret", "secret-token", false],
  ["a longer one", "secret-token-", "secret-token", false],
  ["none", undefined, "secret-token", false],
  ["any token when none is configured", "secret-token", undefined, false],
  ["the empty token when the empty one is configured", "", "", false],
])("%s", async (_, given, configured, expected) => {
  expect(await isAdminToken(given, configured)).toBe(expected);
});
