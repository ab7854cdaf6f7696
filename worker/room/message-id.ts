/** Ids of messages: 128 bits of SHA-256 in base64url, the same in every region for the same message. */
import { sha256 } from "./sha256.ts";

const encoder = new TextEncoder();
const ID_BYTES = 16;

/** JSON keeps the parts apart: no choice of names makes one list look like another. */
function idOf(parts: readonly (string | number)[]): string {
  const digest = sha256(encoder.encode(JSON.stringify(parts))).subarray(0, ID_BYTES);
  return btoa(String.fromCharCode(...digest))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** One message however often, and wherever, it is sent. */
export const idFromClient = (room: string, userId: string, clientId: string): string =>
  idOf(["client", room, userId, clientId]);

/** For a message without `clientId`: its place in the origin's log is unique. */
export const idFromPlace = (room: string, origin: string, seq: number): string =>
  idOf(["place", room, origin, seq]);
