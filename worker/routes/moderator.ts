import type { Env } from "../env.ts";
import { isAdminToken } from "../identity/admin-token.ts";
import { bearerToken } from "../identity/offered-tokens.ts";
import { Refused } from "./refused.ts";

/** Lets only the admin token pass. @throws {Refused} `unauthorized` */
export async function requireModerator(request: Request, env: Env): Promise<void> {
  if (await isAdminToken(bearerToken(request.headers), env.ADMIN_TOKEN)) return;
  throw new Refused("unauthorized", "This call needs the admin token: Authorization: Bearer <admin token>.", {
    headers: { "WWW-Authenticate": 'Bearer realm="moderation"' },
  });
}
