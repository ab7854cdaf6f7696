import { describe, expect, it } from "vitest";
import { type Routing, resolve } from "../../../local/edge/resolve.ts";

const routing: Routing = {
  subdomain: "local",
  preview: (label) =>
    label === "1a2b3c4d-second" ? { script: "second", versionId: "1a2b3c4d-0000" } : undefined,
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
    const empty: Routing = {
      subdomain: "local",
      preview: () => undefined,
      scripts: [],
      domains: [],
      routes: [],
    };
    expect(resolve(empty, "127.0.0.1", "/")).toEqual({ nothing: "nothing is deployed yet" });
  });
});

it("the host of a version leads to that version, and a script of such a name comes first", () => {
  const host = "1a2b3c4d-second.local.localhost";
  expect(resolve(routing, host, "/")).toEqual({ script: "second", versionId: "1a2b3c4d-0000" });
  expect(resolve(routing, "99999999-second.local.localhost", "/")).toHaveProperty("nothing");
  const scripts = [...routing.scripts, { name: "1a2b3c4d-second", subdomainEnabled: true }];
  expect(resolve({ ...routing, scripts }, host, "/")).toEqual({ script: "1a2b3c4d-second" });
});
