import { describe, expect, it } from "vitest";
import {
  chatUrl,
  liesInside,
  outsideTheirZone,
  webSocketUrl,
  zoneOf,
  zonesToFind,
} from "../../../infra/plan/routes.ts";

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
  const example = { id: "z1", name: "example.com" };

  it("are looked up once each, by name or by the id that is given", () => {
    const routes = [
      { pattern: "a.example.com/*", zone: "example.com" },
      { pattern: "b.example.com/*", zone: "example.com" },
      { pattern: "c.example.net/*", zoneId: "z9" },
    ];
    const customDomain = { hostname: "x.other.org", zone: "other.org" };
    expect(zonesToFind({ routes, customDomain })).toEqual({
      names: ["example.com", "other.org"],
      ids: ["z9"],
    });
  });

  it("resolve by name or id, never to nothing", () => {
    expect(zoneOf({ zone: "example.com" }, [example])).toBe(example);
    expect(zoneOf({ zoneId: "z1" }, [example])).toBe(example);
    expect(() => zoneOf({ zone: "other.org" }, [example])).toThrow("other.org");
    expect(() => zoneOf({ zoneId: "z2" }, [example])).toThrow("z2");
  });

  it.each([
    ["example.com/*", true],
    ["https://chat.example.com/room/*", true],
    ["*.example.com/*", true],
    ["*example.com/*", true],
    ["a.b.example.com", true],
    ["badexample.com/*", false],
    ["*.bad-example.com/*", false],
    ["example.com.evil.org/*", false],
    ["*/*", false],
    ["com/*", false],
  ])("hold %s: %s", (pattern, inside) => {
    expect(liesInside(pattern, "example.com")).toBe(inside);
  });

  it("refuse what reaches out of them, naming pattern, zone and what is allowed", () => {
    const outside = outsideTheirZone(
      {
        routes: [
          { pattern: "chat.example.com/*", zone: "example.com" },
          { pattern: "chat.other.org/*", zoneId: "z1" },
        ],
        customDomain: { hostname: "chat.other.org", zone: "example.com" },
      },
      [example],
      "dev",
    );
    expect(outside.map(({ what }) => what)).toEqual([
      expect.stringMatching(
        /^routes: chat\.other\.org\/\* does not lie in its zone example\.com .*\*\.example\.com/,
      ),
      expect.stringMatching(/^customDomain: chat\.other\.org/),
    ]);
  });
});
