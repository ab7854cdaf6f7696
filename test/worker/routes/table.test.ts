import { describe, expect, test } from "vitest";
import { ask, askUnder, errorOf } from "./http.ts";

describe("a path that does not exist answers 404", () => {
  test.each([
    "/nothing",
    "/api",
    "/api/rooms/x",
    "/chat/a/b",
    "/CHAT/a",
    "//",
    "/chat//",
    "/chat/a//",
    "/chat/a/messages/b/c",
    "/chat/a/kick/b",
    "//evil.example/chat/a",
    "/favicon.ico",
  ])("%s", async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(404);
    expect((await errorOf(response)).code).toBe("not_found");
  });
});

describe("a wrong method answers 405 and says which are right", () => {
  test.each([
    ["POST", "/", "GET, HEAD, OPTIONS"],
    ["PUT", "/api/health", "GET, HEAD, OPTIONS"],
    ["DELETE", "/api/rooms/", "GET, HEAD, OPTIONS"],
    ["POST", "/chat/lobby", "GET, HEAD, OPTIONS"],
    ["PATCH", "/chat/lobby/messages", "GET, HEAD, OPTIONS"],
    ["GET", "/chat/lobby/messages/id", "DELETE, OPTIONS"],
    ["GET", "/chat/lobby/kick", "POST, OPTIONS"],
  ])("%s %s", async (method, path, allow) => {
    const response = await ask(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe(allow);
    expect((await errorOf(response)).code).toBe("method_not_allowed");
  });
});

describe("settings that cannot work answer 500, without a word of the reason to the client", () => {
  test.each([
    ["no CHAT", { CHAT: undefined }],
    ["a CHAT without regions", { CHAT: { access: "open", allowedOrigins: [], regions: [] } }],
    ["a CHAT that is text", { CHAT: "{}" }],
    ["a short session key", { SESSION_KEY: "short" }],
    ["a short previous session key", { SESSION_KEY_PREVIOUS: "short" }],
    ["a short admin token", { ADMIN_TOKEN: "short" }],
    ["no room objects", { CHAT_ROOM: undefined }],
    ["no hub objects", { ROOM_HUB: undefined }],
    ["no directory", { DIRECTORY: undefined }],
    ["no dataset", { ANALYTICS: undefined }],
    ["no limiter of new connections", { CONNECT_LIMIT: undefined }],
  ])("%s", async (_, bindings) => {
    const response = await askUnder({ bindings }, "/api/health");
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain("misconfigured");
    expect(text).not.toMatch(/SESSION_KEY|CHAT|short|\bat \w+ \(/);
  });

  test("tickets without a key to check them", async () => {
    const response = await askUnder(
      { chat: { access: "ticket" }, bindings: { TICKET_KEY: undefined } },
      "/api/health",
    );
    expect(response.status).toBe(500);
  });
});

test("the log names every problem of the settings at once, and no secret", async () => {
  const { settingsProblems } = await import("../../../worker/routes/settings.ts");
  const { env } = await import("cloudflare:workers");
  const wrong = { ...env, SESSION_KEY: "short-secret", CHAT: { ...env.CHAT, regions: [], access: "closed" } };
  const problems = settingsProblems(wrong as unknown as Cloudflare.Env).join("\n");
  expect(problems).toContain("SESSION_KEY must be a secret text of at least 32 characters");
  expect(problems).toContain("CHAT.regions");
  expect(problems).toContain("CHAT.access");
  expect(problems).not.toContain("short-secret");
  expect(settingsProblems(env)).toEqual([]);
});
