/** The Origin rule, and the headers by which a browser learns of it. */
import type { Env } from "../env.ts";
import { isOriginAllowed } from "../identity/origin.ts";
import { Refused } from "./refused.ts";

/** How long a browser may remember a preflight, seconds (browsers cut it to two hours themselves). */
const PREFLIGHT_SECONDS = "7200";

/** The request's `Origin`, null without one. @throws {Refused} `bad_origin` */
export function requireOrigin(request: Request, env: Env): string | null {
  const origin = request.headers.get("Origin");
  if (origin === null) return null;
  const { host } = new URL(request.url);
  if (isOriginAllowed(origin, { host, allowed: env.CHAT.allowedOrigins })) return origin;
  throw new Refused("bad_origin", "Pages of this origin may not use the chat. Its operator can allow them.");
}

/** A 204 for every path. What is allowed where, the real request learns. */
export const preflight = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE, OPTIONS",
      "Access-Control-Allow-Headers": "Authorization, Content-Type",
      "Access-Control-Max-Age": PREFLIGHT_SECONDS,
    },
  });

/**
 * Lets the asking page read the answer, errors too. An upgrade is not subject to CORS and must stay as it is: a copy
 * would lose its socket.
 * @param origin The request's `Origin`; null when none is to be let in.
 */
export function shareWithOrigin(response: Response, origin: string | null): Response {
  if (response.webSocket) return response;
  // A copy, since answers of a room object come with headers that cannot be changed.
  const shared = new Response(response.body, response);
  shared.headers.append("Vary", "Origin");
  if (origin === null) return shared;
  shared.headers.set("Access-Control-Allow-Origin", origin);
  shared.headers.set("Access-Control-Expose-Headers", "Retry-After");
  return shared;
}
