import { createHmac } from "node:crypto";

/** The smoke test takes less; a leaked ticket is worth nothing soon after. */
const LIFE_S = 600;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A ticket for one room (HS256), as the application's own backend signs them: docs/protocol.md, "Tickets". */
export function signTicket(key: string, room: string, name: string): string {
  const claims = { sub: `smoke ${name}`, name, room, exp: Math.floor(Date.now() / 1000) + LIFE_S };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}
