/**
 * Names as people see them. Two readers of one rule (docs/protocol.md, "username"): a plain client knows no refusals,
 * so its name is cleaned and cut to fit; a v1 client is told what is wrong. HTML is legal text here: pages show names
 * as text nodes.
 */

/** Longest name, code points. */
export const USERNAME_MAX = 32;
/** Combining marks in a row: enough for every living script, too few to cover the lines above ("zalgo"). */
export const MARKS_MAX = 4;
/**
 * Longest text looked at, UTF-16 units: 16 for each character that a name may have. Normalising piled-up marks takes
 * quadratic time: half a second for 16,000 of them.
 */
export const RAW_MAX = 16 * USERNAME_MAX;
export const ANONYMOUS = "Anonymous";

/** Controls, line and paragraph separators, lone surrogates, and everything that changes the direction of text. */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u;
const ALL_FORBIDDEN = new RegExp(FORBIDDEN, "gu");
/** Joiners count as marks: with them between, marks would still pile up on one letter. */
const MARKS = "[\\p{M}\\u200c\\u200d]";
const TOO_MANY_MARKS = new RegExp(`${MARKS}{${MARKS_MAX + 1}}`, "u");
const EXTRA_MARKS = new RegExp(`(${MARKS}{${MARKS_MAX}})${MARKS}+`, "gu");
/** At least one character that leaves ink: not only spaces, marks, joiners, fillers or Braille's blank. */
const VISIBLE = /[^\p{Z}\p{M}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;

export type UsernameCheck =
  | { readonly ok: true; readonly username: string }
  | { readonly ok: false; readonly problem: string };

const visibleOrAnonymous = (name: string): string => (VISIBLE.test(name) ? name : ANONYMOUS);

/** Makes any text a legal name; one with nothing to see becomes `Anonymous`. Cleaning twice changes nothing. */
export function cleanUsername(raw: string | undefined): string {
  const seen = (raw ?? "").trim().slice(0, RAW_MAX);
  const clean = seen.replace(ALL_FORBIDDEN, "").normalize("NFC").replace(EXTRA_MARKS, "$1").trim();
  return visibleOrAnonymous([...clean].slice(0, USERNAME_MAX).join("").trim());
}

const tooLong = (name: string): UsernameCheck => ({
  ok: false,
  problem: `A name has at most ${USERNAME_MAX} characters; this one has ${[...name].length}.`,
});

/** Takes a name as it is (NFC, trimmed) or says what is wrong with it, in words for the person who typed it. */
export function checkUsername(raw: string | undefined): UsernameCheck {
  const trimmed = (raw ?? "").trim();
  if (trimmed.length > RAW_MAX) return tooLong(trimmed);
  const username = trimmed.normalize("NFC");
  if (FORBIDDEN.test(username))
    return { ok: false, problem: "A name must not contain control or text-direction characters." };
  if (TOO_MANY_MARKS.test(username))
    return { ok: false, problem: `A name has at most ${MARKS_MAX} combining marks in a row.` };
  if ([...username].length > USERNAME_MAX) return tooLong(username);
  return { ok: true, username: visibleOrAnonymous(username) };
}
