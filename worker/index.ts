/** The Worker: checks its settings and the Origin, routes, and turns whatever is thrown into an answer. */
import type { Env } from "./env.ts";
import { errorAnswer } from "./routes/answer.ts";
import { preflight, requireOrigin, shareWithOrigin } from "./routes/cors.ts";
import { errorText, log, stackOf } from "./routes/log.ts";
import { Refused } from "./routes/refused.ts";
import { requireSettings } from "./routes/settings.ts";
import { route } from "./routes/table.ts";

export { ChatRoom } from "./objects/chat-room.ts";
export { RoomHub } from "./objects/room-hub.ts";

function refusal(error: unknown, request: Request): Refused {
  const { pathname: path } = new URL(request.url);
  if (!(error instanceof Refused)) {
    log("error", "request_failed", {
      method: request.method,
      path,
      reason: errorText(error),
      ...stackOf(error),
    });
    return new Refused("internal", "Something went wrong here. Please try again.");
  }
  // Scanners ask for thousands of paths that do not exist: not worth a line each.
  if (error.code !== "not_found")
    log("warn", "request_refused", { method: request.method, path, code: error.code });
  return error;
}

async function respond(request: Request, env: Env): Promise<Response> {
  let origin: string | null = null;
  try {
    requireSettings(env);
    origin = requireOrigin(request, env);
    const response = request.method === "OPTIONS" ? preflight() : await route(request, env);
    return shareWithOrigin(response, origin);
  } catch (error) {
    return shareWithOrigin(errorAnswer(refusal(error, request)), origin);
  }
}

declare global {
  namespace Cloudflare {
    /** Types `exports` of `cloudflare:workers`. */
    interface GlobalProps {
      mainModule: typeof import("./index.ts");
      durableNamespaces: "ChatRoom" | "RoomHub";
    }
  }
}

export default { fetch: respond } satisfies ExportedHandler<Env>;
