import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathSegment, systemClock } from "../../../local/provider/api-client.ts";
import { importSegments } from "../../../local/provider/import-id.ts";
import { encodeForm, firstPart } from "../../../local/provider/multipart.ts";
import { camelName, snakeName, wholeSeconds } from "../../../local/provider/names.ts";
import { retryDelay } from "../../../local/provider/retry.ts";

describe("path segments", () => {
  it("are escaped as Go does, so that a key may hold anything", () => {
    expect(pathSegment("conf/a b")).toBe("conf%2Fa%20b");
    expect(pathSegment("$&+:=@,;?!'()*")).toBe("$&+:=@%2C%3B%3F%21%27%28%29%2A");
  });

  it("come back from an import id as they were", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 2, maxLength: 2 }),
        (names) => {
          const id = names.map(pathSegment).join("/");
          expect(importSegments(id, "<account_id>/<key_name>")).toEqual(names);
        },
      ),
    );
  });
});

describe("a form", () => {
  it("keeps every byte of its first part", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const parts = [
          { name: "a", body: bytes },
          { name: "b", body: "after" },
        ];
        const { contentType, body } = encodeForm(parts);
        expect([...firstPart(contentType, body)]).toEqual([...bytes]);
      }),
    );
  });

  it("is told from a plain body", () => {
    const plain = Buffer.from("export default {}");
    expect(firstPart("application/javascript", plain)).toBe(plain);
  });

  it("escapes quotes in names", () => {
    expect(encodeForm([{ name: 'a"b\\', body: "" }]).body.toString()).toContain('name="a\\"b\\\\"');
  });
});

describe("names", () => {
  it.each([
    ["migrationTag", "migration_tag"],
    ["newSqliteClasses", "new_sqlite_classes"],
    ["keyBase64", "key_base64"],
    ["id", "id"],
  ])("%s and %s mean each other", (camel, snake) => {
    expect(snakeName(camel)).toBe(snake);
    expect(camelName(snake)).toBe(camel);
  });
});

describe("times", () => {
  it("lose their fraction and nothing else", () => {
    expect(wholeSeconds("2026-01-01T00:00:05.100006Z")).toBe("2026-01-01T00:00:05Z");
    expect(wholeSeconds("2026-01-01T00:00:05.1+02:00")).toBe("2026-01-01T00:00:05+02:00");
    expect(wholeSeconds("2026-01-01T00:00:05Z")).toBe("2026-01-01T00:00:05Z");
  });
});

describe("the wait before a retry", () => {
  it("ends when the call is cancelled", async () => {
    const calls = new AbortController();
    const waiting = systemClock.wait(60_000, calls.signal);
    calls.abort();
    await expect(waiting).rejects.toMatchObject({ code: "ABORT_ERR" });
  });

  it("never leaves 1.5 to 30 seconds, and grows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retry, random) => {
          const delay = retryDelay(retry, {}, 0, random);
          expect(delay).toBeGreaterThanOrEqual(1_500);
          expect(delay).toBeLessThanOrEqual(30_000);
          expect(retryDelay(retry + 1, {}, 0, random)).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });
});
