import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isLoopback,
  type Situation,
  stackEnvironment,
  usesStandIn,
} from "../../../scripts/stack/environment.ts";

const situation = (part: Partial<Situation>): Situation => ({
  stack: "local",
  environment: { PATH: "/bin" },
  pulumiHome: "/p/.tools/pulumi",
  binFolders: ["/p/bin"],
  localFolder: "/p/.local",
  loggedIn: false,
  baseUrl: "http://127.0.0.1:8780/client/v4",
  providerPort: 4000,
  officialProvider: false,
  preload: "/my project/late-modules.cjs",
  ...part,
});

describe("the stack local", () => {
  test("has its backend and passphrase in .local, and the stand-in provider", () => {
    expect(stackEnvironment(situation({}))).toMatchObject({
      PULUMI_BACKEND_URL: "file:///p/.local/state",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/p/.local/passphrase",
      PULUMI_DEBUG_PROVIDERS: "cloudflare:4000",
      PULUMI_HOME: "/p/.tools/pulumi",
      PATH: "/p/bin:/bin",
    });
  });

  test("has Node load the SDK's rare parts late, beside what the user asks of Node", () => {
    const late = '--require "/my project/late-modules.cjs"';
    expect(stackEnvironment(situation({})).NODE_OPTIONS).toBe(late);
    const environment = { NODE_OPTIONS: "--max-old-space-size=4096" };
    expect(stackEnvironment(situation({ environment })).NODE_OPTIONS).toBe(
      `--max-old-space-size=4096 ${late}`,
    );
  });

  test("uses a backend and an (even empty) passphrase that the user named", () => {
    const environment = { PULUMI_BACKEND_URL: "s3://states", PULUMI_CONFIG_PASSPHRASE: "" };
    const result = stackEnvironment(situation({ environment }));
    expect(result.PULUMI_BACKEND_URL).toBe("s3://states");
    expect(result.PULUMI_CONFIG_PASSPHRASE_FILE).toBeUndefined();
  });

  test("prefers the official provider when it is installed", () => {
    expect(stackEnvironment(situation({ officialProvider: true })).PULUMI_DEBUG_PROVIDERS).toBeUndefined();
  });
});

describe("every other stack", () => {
  test("is refused without a backend, and told both ways to name one", () => {
    expect(() => stackEnvironment(situation({ stack: "production" }))).toThrow(
      /production.*PULUMI_BACKEND_URL.*login/s,
    );
  });

  test("uses the login when there is one, and gets no passphrase from us", () => {
    const result = stackEnvironment(situation({ stack: "production", loggedIn: true, baseUrl: undefined }));
    expect(result.PULUMI_BACKEND_URL).toBeUndefined();
    expect(result.PULUMI_CONFIG_PASSPHRASE_FILE).toBeUndefined();
  });

  test("never gets the stand-in provider for an address outside this machine, whatever the shell says", () => {
    const environment = { PULUMI_BACKEND_URL: "file:///x", PULUMI_DEBUG_PROVIDERS: "cloudflare:1" };
    for (const baseUrl of [
      undefined,
      "https://api.cloudflare.com/client/v4",
      "http://10.0.0.1/client/v4",
      "nonsense",
    ])
      expect(
        stackEnvironment(situation({ stack: "production", environment, baseUrl })).PULUMI_DEBUG_PROVIDERS,
      ).toBeUndefined();
  });
});

describe("loopback addresses", () => {
  test.each(["http://127.0.0.1:1/x", "http://localhost", "http://[::1]:8780", "http://api.localhost:1"])(
    "%s is",
    (url) => {
      expect(isLoopback(url)).toBe(true);
    },
  );

  test.each([
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://example.com/127.0.0.1",
    "http://127.0.0.1@example.com",
  ])("%s is not", (url) => {
    expect(isLoopback(url)).toBe(false);
  });

  test("no public host ever counts as this machine", () => {
    fc.assert(
      fc.property(fc.domain(), fc.webPath(), (domain, path) => {
        expect(usesStandIn(situation({ baseUrl: `https://${domain}${path}` }))).toBe(false);
      }),
    );
  });
});
