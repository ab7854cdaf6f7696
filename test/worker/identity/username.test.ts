import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ANONYMOUS,
  checkUsername,
  cleanUsername,
  MARKS_MAX,
  RAW_MAX,
  USERNAME_MAX,
} from "../../../worker/identity/username.ts";

const OVERRIDE = "\u202e";
const ZALGO = `Z${"\u0301\u0302\u0303\u0304\u0305\u0306".repeat(3)}`;
const FAMILY = "👨‍👩‍👧‍👦";
const ENGLAND = "🏴󠁧󠁢󠁥󠁮󠁧󠁿";

/** Text that stresses the rule: any Unicode, and the characters that it is about more often than by chance. */
const nastyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\u0301",
        "\u0327",
        "\u200d",
        "\u202e",
        "\u2066",
        "\u0000",
        " ",
        "\ud800",
        "e",
        "각",
        "\u2800",
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("a plain client's name is cleaned and cut to fit", () => {
  test.each([
    ["a missing name", undefined, ANONYMOUS],
    ["an empty name", "", ANONYMOUS],
    ["spaces around it", "  Ada  ", "Ada"],
    ["a decomposed letter", "Ame\u0301lie", "Amélie"],
    ["control characters", "A\u0000d\u0007a\n", "Ada"],
    ["a direction override", `${OVERRIDE}Ada\u2069`, "Ada"],
    ["line separators", "A\u2028d\u2029a", "Ada"],
    ["only invisible characters", "\u200b\u2060\ufeff\u3164", ANONYMOUS],
    ["only control characters", "\u0000\u0001\u202e", ANONYMOUS],
    ["only marks", "\u0301\u0302", ANONYMOUS],
    ["HTML, which is legal text", "<b onclick=x>Ada</b>", "<b onclick=x>Ada</b>"],
    ["a family of emoji", FAMILY, FAMILY],
    ["a flag made of tags", ENGLAND, ENGLAND],
    ["Persian with a joiner inside", "می\u200cخواهم", "می\u200cخواهم"],
    ["a name of 10 KB", "x".repeat(10_240), "x".repeat(USERNAME_MAX)],
    ["emoji, counted as code points", "😀".repeat(40), "😀".repeat(USERNAME_MAX)],
    ["a space where the cut falls", `${"x".repeat(31)} y`, "x".repeat(31)],
  ])("%s", (_, raw, expected) => {
    expect(cleanUsername(raw)).toBe(expected);
  });

  test("piled-up marks are cut to four, also with joiners between them", () => {
    expect(cleanUsername(ZALGO).match(/\p{M}/gu)?.length ?? 0).toBeLessThanOrEqual(MARKS_MAX);
    expect(cleanUsername("Z\u0305\u200d\u0305\u200d\u0305\u200d\u0305").match(/\p{M}/gu)).toHaveLength(2);
  });

  test("of a text far too long only the beginning is read: normalising all of it would take quadratic time", () => {
    expect(cleanUsername(`${"\u0000".repeat(RAW_MAX - 1)}Ada`)).toBe("A");
    expect(cleanUsername(`${" ".repeat(RAW_MAX)}Ada`)).toBe("Ada");
  });

  test("whatever comes in, what comes out would be accepted from a v1 client and stays the same when cleaned again", () => {
    fc.assert(
      fc.property(nastyText, (raw) => {
        const clean = cleanUsername(raw);
        expect(checkUsername(clean)).toEqual({ ok: true, username: clean });
        expect(cleanUsername(clean)).toBe(clean);
        expect([...clean].length).toBeLessThanOrEqual(USERNAME_MAX);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a v1 client's name is taken as it is, or refused with the reason", () => {
  test.each([
    ["a plain name", "Ada", "Ada"],
    ["no name", undefined, ANONYMOUS],
    ["spaces around it", " Ada ", "Ada"],
    ["exactly 32 emoji", "😀".repeat(32), "😀".repeat(32)],
    ["four marks in a row", "x\u0305\u0305\u0305\u0305", "x\u0305\u0305\u0305\u0305"],
    ["nothing to see", "\u200b\u200b", ANONYMOUS],
  ])("accepted: %s", (_, raw, username) => {
    expect(checkUsername(raw)).toEqual({ ok: true, username });
  });

  test.each([
    ["33 code points", "x".repeat(33), /at most 32 characters; this one has 33/],
    ["10 KB", "x".repeat(10_240), /at most 32 characters/],
    ["far too many marks, which are not even read", `x${"\u0345\u0316".repeat(RAW_MAX)}`, /at most 32 char/],
    ["a control character", "A\u0000da", /control or text-direction/],
    ["a direction override", `Ada${OVERRIDE}`, /control or text-direction/],
    ["five marks in a row", "x\u0305\u0305\u0305\u0305\u0305", /at most 4 combining marks/],
  ])("refused: %s", (_, raw, problem) => {
    expect(checkUsername(raw)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  test("an accepted name survives cleaning unchanged, so both kinds of client see one rule", () => {
    fc.assert(
      fc.property(nastyText, (raw) => {
        const check = checkUsername(raw);
        if (check.ok) expect(cleanUsername(raw)).toBe(check.username);
      }),
      { numRuns: 500 },
    );
  });
});
