/** New connections per client address, counted by the platform's rate limiter before anything costly happens. */
import type { Env } from "../env.ts";
import { addressKey } from "../identity/client-address.ts";
import { errorText, log } from "./log.ts";
import { Refused } from "./refused.ts";

/** The limiter's shorter period, ms: when it makes sense to try again. */
const RETRY_MS = 10_000;

/** A limiter that fails lets the client in: it protects the rooms, it must not close them. @throws {Refused} */
export async function limitConnects(request: Request, env: Env): Promise<void> {
  const key = addressKey(request.headers.get("CF-Connecting-IP"));
  const { success } = await env.CONNECT_LIMIT.limit({ key }).catch((error: unknown) => {
    log("error", "connect_limit_failed", { reason: errorText(error) });
    return { success: true };
  });
  if (!success)
    throw new Refused("too_many_connections", "Too many new connections from your network. Please wait.", {
      retryAfterMs: RETRY_MS,
    });
}
