/** Every path of the Worker with its methods: the table of docs/protocol.md, "HTTP". */
import { PatternRouter } from "hono/router/pattern-router";
import type { Env } from "../env.ts";
import { connect, isUpgrade } from "./connect.ts";
import { directory } from "./directory.ts";
import { health } from "./health.ts";
import { history } from "./history.ts";
import { kick } from "./kick.ts";
import { chatPage } from "./page.ts";
import { Refused } from "./refused.ts";
import { removeMessage } from "./remove-message.ts";
import { room } from "./room.ts";
import type { Route } from "./route.ts";

type Method = "GET" | "POST" | "DELETE";

type Methods = Partial<Record<Method, Route>>;

const TABLE: Readonly<Record<string, Methods>> = {
  "/": { GET: chatPage },
  "/api/health": { GET: health },
  "/api/rooms": { GET: directory },
  // Without a name the room route refuses like for a wrong one.
  "/chat": { GET: room },
  "/chat/:room": { GET: room },
  "/chat/:room/messages": { GET: history },
  "/chat/:room/messages/:id": { DELETE: removeMessage },
  "/chat/:room/kick": { POST: kick },
};

/** What `Allow` says: HEAD comes with GET, OPTIONS with everything. */
const allow = (methods: readonly string[]): string =>
  [...methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(", ");

const router = new PatternRouter<Methods>();
for (const [path, methods] of Object.entries(TABLE)) router.add("ALL", path, methods);

/** A part that is no legal encoding stays as it is: its percent sign makes it a wrong name. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function noSuchPath(request: Request, env: Env, path: string): Promise<Response> {
  // A room name with a slash: told like any other wrong name, in a way that a browser can see.
  if (isUpgrade(request) && path.startsWith("/chat/")) return connect(request, env, undefined);
  throw new Refused("not_found", "There is nothing at this path.");
}

/** The answer of the route that path and method name. @throws {Refused} also for paths and methods that do not exist */
export async function route(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  // The router takes a trailing slash as it comes.
  const [match] = router.match("ALL", pathname)[0];
  if (match === undefined) return noSuchPath(request, env, pathname);
  const [methods, raw] = match;
  const isHead = request.method === "HEAD";
  const handle = methods[(isHead ? "GET" : request.method) as Method];
  if (handle === undefined) {
    const allowed = allow(Object.keys(methods));
    throw new Refused("method_not_allowed", `${request.method} is not possible here; ${allowed} are.`, {
      headers: { Allow: allowed },
    });
  }
  const parameters = Object.fromEntries(
    Object.entries(raw).map(([name, part]) => [name, decode(String(part))]),
  );
  const response = await handle({ request, env, parameters });
  return isHead ? new Response(null, response) : response;
}
