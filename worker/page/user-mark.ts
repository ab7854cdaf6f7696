/** What tells users apart at a glance: initials and a colour. */

const DEGREES = 360;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const firstGrapheme = (word: string): string => [...graphemes.segment(word)][0]?.segment ?? "";

/** The first letters of the first and last word; an emoji stays whole. */
export function initials(name: string): string {
  const words = name.split(/[\s_.-]+/u).filter((word) => word !== "");
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (firstGrapheme(words[0] ?? "?") + firstGrapheme(last)).toUpperCase();
}

/** The same user has the same colour everywhere (FNV-1a over the id). */
export function hueOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < userId.length; at++) hash = Math.imul(hash ^ userId.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % DEGREES;
}
