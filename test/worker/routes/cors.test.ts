import { describe, expect, test } from "vitest";
import { ask, askUnder, errorOf, freshRoom, ORIGIN } from "./http.ts";
import { upgrade } from "./socket.ts";

const APP = "https://app.example.com";
const PATHS = ["/", "/api/health", "/api/rooms", "/chat/lobby", "/chat/lobby/messages", "/nothing"];

describe("an origin that is not allowed gets 403", () => {
  test.each([
    "null",
    "https://evil.example",
    "https://app.example.com.evil.example",
    "http://app.example.com",
  ])("%s, on every path and for a preflight", async (origin) => {
    for (const path of PATHS) {
      for (const method of ["GET", "OPTIONS"]) {
        const response = await ask(path, { method, headers: { Origin: origin } });
        expect(response.status).toBe(403);
        expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
        expect((await errorOf(response)).code).toBe("bad_origin");
      }
    }
  });

  test("a v1 upgrade too: a page that may not talk to the chat is told nothing by a socket", async () => {
    const response = await ask(
      `/chat/${freshRoom()}`,
      upgrade(["edge-chat.v1"], { Origin: "https://evil.example" }),
    );
    expect(response.status).toBe(403);
    expect(response.webSocket).toBeNull();
  });

  test("null stays refused where every origin is allowed", async () => {
    const chat = { allowedOrigins: ["*"] };
    const response = await askUnder({ chat }, "/api/health", { headers: { Origin: "null" } });
    expect(response.status).toBe(403);
  });
});

describe("an allowed origin may read", () => {
  test("answers and errors alike", async () => {
    for (const [path, status] of [
      ["/api/health", 200],
      ["/chat/a.b", 400],
      ["/nothing", 404],
    ] as const) {
      const response = await ask(path, { headers: { Origin: APP } });
      expect(response.status).toBe(status);
      expect(response.headers.get("Access-Control-Allow-Origin")).toBe(APP);
    }
  });

  test("after a preflight, which any path answers with 204", async () => {
    for (const path of [...PATHS, "/chat/lobby/kick"]) {
      const response = await ask(path, { method: "OPTIONS", headers: { Origin: APP } });
      expect(response.status).toBe(204);
      expect(response.headers.get("Access-Control-Allow-Origin")).toBe(APP);
      expect(response.headers.get("Access-Control-Allow-Methods")).toContain("DELETE");
      expect(response.headers.get("Access-Control-Allow-Headers")).toContain("Authorization");
    }
  });

  test("when it is the chat's own, listed or not", async () => {
    const response = await ask("/api/health", { headers: { Origin: ORIGIN } });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(ORIGIN);
  });

  test("when every origin is allowed", async () => {
    const headers = { Origin: "https://anyone.example" };
    const response = await askUnder({ chat: { allowedOrigins: ["*"] } }, "/api/health", { headers });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("https://anyone.example");
  });
});

test("answers differ by origin, and say so to caches, with or without one", async () => {
  expect((await ask("/api/health")).headers.get("Vary")).toBe("Origin");
  expect((await ask("/", { headers: { Origin: APP } })).headers.get("Vary")).toBe("Origin");
});

test("a request without Origin is a program, and is served without CORS headers", async () => {
  const response = await ask("/api/health");
  expect(response.status).toBe(200);
  expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
});
