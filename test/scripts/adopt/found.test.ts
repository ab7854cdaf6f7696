import { describe, expect, it } from "vitest";
import { readSettings } from "../../../infra/settings.ts";
import { type Found, foundLines, importsOf } from "../../../scripts/adopt/found.ts";

const ACCOUNT = "023e105f4ecef8ad9ca31a8372d0c353";
const { settings } = readSettings({
  stack: "dev",
  secretKeys: ["edge-websocket-chat:sessionKey"],
  values: {
    "edge-websocket-chat:accountId": ACCOUNT,
    "edge-websocket-chat:sessionKey": "a-session-key-of-at-least-32-characters",
    "edge-websocket-chat:routes": JSON.stringify([{ pattern: "chat.example.com/*", zone: "example.com" }]),
  },
});
if (settings === undefined) throw new Error("the settings of this test are wrong");

const found: Found = {
  tag: "v1",
  bindings: ["CHAT_ROOM (durable_object_namespace)"],
  directory: { id: "kv1", title: "edge-chat-dev-directory" },
  routes: [{ id: "r1", zoneId: "z1", pattern: "chat.example.com/*", script: "edge-chat-dev" }],
  domain: undefined,
};

describe("what is taken over", () => {
  it("is script, subdomain, namespace and the settings' routes, by the provider's ids", () => {
    expect(importsOf(found, settings)).toEqual({
      script: `${ACCOUNT}/edge-chat-dev`,
      subdomain: `${ACCOUNT}/edge-chat-dev`,
      directory: `${ACCOUNT}/kv1`,
      routes: { "chat.example.com/*": "z1/r1" },
    });
  });

  it("is only what is there: the rest is made", () => {
    const imports = importsOf({ ...found, directory: undefined, routes: [] }, settings);
    expect(imports).toEqual({
      script: `${ACCOUNT}/edge-chat-dev`,
      subdomain: `${ACCOUNT}/edge-chat-dev`,
      routes: {},
    });
    expect(foundLines({ ...found, directory: undefined, routes: [] }, settings, "dev").join("\n")).toMatch(
      /no directory of rooms: one is made[\s\S]*route chat\.example\.com\/\*: made/,
    );
  });

  it("is never another script's route or domain", () => {
    const routes = found.routes.map((route) => ({ ...route, script: "shop" }));
    const domain = { id: "d1", hostname: "chat.example.com", service: "blog" };
    expect(() => importsOf({ ...found, routes, domain }, settings)).toThrow(
      /leads to the script "shop"; the domain "chat\.example\.com" belongs to the script "blog"/,
    );
  });

  it("leaves routes that the settings do not name, and says so; another title can be kept by a command", () => {
    const other = { id: "r2", zoneId: "z1", pattern: "old.example.com/*", script: "edge-chat-dev" };
    const directory = { id: "kv1", title: "rooms" };
    const text = foundLines({ ...found, directory, routes: [...found.routes, other] }, settings, "dev").join(
      "\n",
    );
    expect(text).toMatch(/config set kvTitle 'rooms' --stack dev/);
    expect(text).toMatch(/route old\.example\.com\/\*: left as it is/);
  });
});
