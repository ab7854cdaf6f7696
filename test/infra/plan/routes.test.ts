import { describe, expect, it } from "vitest";
import { chatUrl, webSocketUrl, zoneIdOf, zonesToFind } from "../../../infra/plan/routes.ts";

const places = { scriptName: "edge-chat-dev", routes: [], workersDev: false };

describe("the chat's address", () => {
  it("is what the stack says people open, before anything else", () => {
    const customDomain = { hostname: "chat.example.com", zoneId: "z" };
    expect(chatUrl({ ...places, publicUrl: "http://127.0.0.1:8787/", customDomain })).toBe(
      "http://127.0.0.1:8787",
    );
    expect(chatUrl({ ...places, customDomain })).toBe("https://chat.example.com");
  });

  it("is a route's host where the route covers the whole host", () => {
    const route = (pattern: string) => chatUrl({ ...places, routes: [{ pattern, zoneId: "z" }] });
    expect(route("chat.example.com/*")).toBe("https://chat.example.com");
    expect(route("https://chat.example.com/*")).toBe("https://chat.example.com");
    expect(route("example.com/chat/*")).toBeUndefined();
    expect(route("*.example.com/*")).toBeUndefined();
  });

  it("is on workers.dev when only the subdomain tells it, and unknown otherwise", () => {
    expect(chatUrl({ ...places, workersDev: true, workersDevSubdomain: "team" })).toBe(
      "https://edge-chat-dev.team.workers.dev",
    );
    expect(chatUrl({ ...places, workersDev: true })).toBeUndefined();
    expect(chatUrl({ ...places, workersDevSubdomain: "team" })).toBeUndefined();
  });

  it("gives sockets the same host and security", () => {
    expect(webSocketUrl("https://chat.example.com")).toBe("wss://chat.example.com/chat");
    expect(webSocketUrl("http://127.0.0.1:8787")).toBe("ws://127.0.0.1:8787/chat");
  });
});

describe("zones", () => {
  it("are looked up once each, and only where no id is given", () => {
    const routes = [
      { pattern: "a.example.com/*", zone: "example.com" },
      { pattern: "b.example.com/*", zone: "example.com" },
      { pattern: "c/*", zoneId: "z" },
    ];
    const customDomain = { hostname: "x.other.org", zone: "other.org" };
    expect(zonesToFind({ routes, customDomain })).toEqual(["example.com", "other.org"]);
  });

  it("resolve to the given id or the found one, never to nothing", () => {
    const found = new Map([["example.com", "z1"]]);
    expect(zoneIdOf({ zone: "example.com" }, found)).toBe("z1");
    expect(zoneIdOf({ zoneId: "z2" }, found)).toBe("z2");
    expect(() => zoneIdOf({ zone: "other.org" }, found)).toThrow("other.org");
  });
});
