import { describe, expect, it } from "vitest";
import { type Routing, resolve } from "../../../local/edge/resolve.ts";

const routing: Routing = {
  subdomain: "local",
  scripts: [
    { name: "hidden", subdomainEnabled: false },
    { name: "first", subdomainEnabled: true },
    { name: "second", subdomainEnabled: true },
  ],
  domains: [{ hostname: "app.localhost", service: "second" }],
  routes: [
    { pattern: "*.localhost/api/*", script: "first" },
    { pattern: "app.localhost/api/*", script: "hidden" },
    { pattern: "off.localhost/*", script: undefined },
  ],
};

describe("which script answers", () => {
  it.each([
    ["app.localhost", "/", "second"],
    ["app.localhost", "/api/x", "hidden"],
    ["other.localhost", "/api/x", "first"],
    ["second.local.localhost", "/", "second"],
    ["second.local.workers.dev", "/", "second"],
    ["SECOND.local.localhost", "/", "second"],
    ["127.0.0.1", "/", "first"],
    ["localhost", "/any", "first"],
    ["[::1]", "/", "first"],
  ])("%s%s: %s", (host, path, script) => {
    expect(resolve(routing, host, path)).toEqual({ script });
  });

  it("a bare address reaches the Worker whose route names localhost before the oldest one", () => {
    const routes = [{ pattern: "localhost/*", script: "second" }];
    expect(resolve({ ...routing, routes }, "127.0.0.1", "/")).toEqual({ script: "second" });
  });
});

describe("nobody answers, and the reason says why", () => {
  it.each([
    ["hidden.local.localhost", "switched off"],
    ["off.localhost", "has no Worker"],
    ["unknown.example", "no route, domain or script"],
  ])("%s: %s", (host, reason) => {
    expect(resolve(routing, host, "/")).toEqual({ nothing: expect.stringContaining(reason) });
  });

  it("an empty account says that nothing is deployed", () => {
    const empty: Routing = { subdomain: "local", scripts: [], domains: [], routes: [] };
    expect(resolve(empty, "127.0.0.1", "/")).toEqual({ nothing: "nothing is deployed yet" });
  });
});
