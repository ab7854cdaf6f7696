/** Ids of messages: 128 bits of SHA-256 in base64url, the same in every region for the same message. */
import { sha256Words } from "./sha256.ts";

const encoder = new TextEncoder();
const ID_BITS = 128;
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** JSON keeps the parts apart: no choice of names makes one list look like another. */
function idOf(parts: readonly (string | number)[]): string {
  const digest = sha256Words(encoder.encode(JSON.stringify(parts)));
  let id = "";
  // Six bits a character, from the first; after the last bit come zeros.
  for (let bit = 0; bit < ID_BITS; bit += 6) {
    const index = bit >> 5;
    const offset = bit & 31;
    const word = (digest[index] ?? 0) << offset;
    const next = index + 1 < ID_BITS >> 5 ? (digest[index + 1] ?? 0) : 0;
    id += BASE64URL[(offset > 26 ? word | (next >>> (32 - offset)) : word) >>> 26];
  }
  return id;
}

/** One message however often, and wherever, it is sent. */
export const idFromClient = (room: string, userId: string, clientId: string): string =>
  idOf(["client", room, userId, clientId]);

/** For a message without `clientId`: its place in the origin's log is unique. */
export const idFromPlace = (room: string, origin: string, seq: number): string =>
  idOf(["place", room, origin, seq]);
