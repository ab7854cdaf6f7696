import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrow } from "../../../worker/room/narrow.ts";

const wide = (text: string): number => [...text.matchAll(/[^\0-\xff]/g)].length;

describe("a narrow text", () => {
  it("is the same JSON, whatever it says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.string(), (message, username) => {
        const frame = { message, username };
        expect(JSON.parse(narrow(JSON.stringify(frame)))).toEqual(frame);
      }),
    );
  });

  it("has no character beyond Latin-1 when there were few", () => {
    const json = JSON.stringify({ message: "Grüße aus Kraków 👋🏽 — ok" });
    expect(wide(json)).toBeGreaterThan(0);
    expect(wide(narrow(json))).toBe(0);
    expect(narrow(json)).toContain("Grüße");
  });

  it("stays as it is when they are many: a room that writes Japanese would pay for it in bytes", () => {
    const json = JSON.stringify({ message: "こんにちは、みなさん" });
    expect(narrow(json)).toBe(json);
    const latin = JSON.stringify({ message: "plain" });
    expect(narrow(latin)).toBe(latin);
  });
});
