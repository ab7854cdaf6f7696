import { describe, expect, test } from "vitest";
import {
  hasSetting,
  plainSetting,
  withoutSecrets,
  withPlainSettings,
} from "../../../scripts/stack/stack-file.ts";

const text = `# mine
encryptionsalt: v1:abc
config:
  # where
  cloudflare:baseUrl: http://127.0.0.1:1/client/v4
  cloudflare:apiToken:
    secure: v1:xyz
  edge-websocket-chat:regions:
    - weur
`;

describe("a stack file", () => {
  test("keeps comments and other settings when one is changed", () => {
    const changed = withPlainSettings(text, {
      "cloudflare:baseUrl": "http://127.0.0.1:2/client/v4",
      "a:b": "c",
    });
    expect(changed).toContain("# mine");
    expect(changed).toContain("# where");
    expect(plainSetting(changed, "cloudflare:baseUrl")).toBe("http://127.0.0.1:2/client/v4");
    expect(plainSetting(changed, "a:b")).toBe("c");
    expect(hasSetting(changed, "cloudflare:apiToken")).toBe(true);
  });

  test("is byte for byte the same when nothing changes", () => {
    expect(withPlainSettings(text, { "cloudflare:baseUrl": "http://127.0.0.1:1/client/v4" })).toBe(text);
  });

  test("gives no secret away as a plain setting", () => {
    expect(plainSetting(text, "cloudflare:apiToken")).toBeUndefined();
  });

  test("loses its secrets and their salt together, and nothing else", () => {
    const without = withoutSecrets(text);
    expect(without).not.toContain("secure");
    expect(without).not.toContain("encryptionsalt");
    expect(plainSetting(without, "cloudflare:baseUrl")).toBeDefined();
    expect(hasSetting(without, "edge-websocket-chat:regions")).toBe(true);
  });

  test("may be empty", () => {
    expect(plainSetting("", "a:b")).toBeUndefined();
    expect(plainSetting(withPlainSettings("", { "a:b": "c" }), "a:b")).toBe("c");
  });
});
