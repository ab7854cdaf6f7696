/** Every path of the Worker with its methods: the table of docs/protocol.md, "HTTP". */
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

type Methods = Readonly<Record<string, Route>>;

/** A path as the platform's own matcher reads it, with or without a trailing slash. */
const at = (pathname: string, methods: Methods) => ({
  pattern: new URLPattern({ pathname: `${pathname}{/}?` }),
  methods: new Map(Object.entries(methods)),
});

/** No two fit one URL: the one that is asked for most stands first, as each look costs the reading of the URL. */
const TABLE = [
  at("/chat/:room", { GET: room }),
  at("", { GET: chatPage }),
  at("/api/health", { GET: health }),
  at("/api/rooms", { GET: directory }),
  // Without a name the room route refuses like for a wrong one.
  at("/chat", { GET: room }),
  at("/chat/:room/messages", { GET: history }),
  at("/chat/:room/messages/:id", { DELETE: removeMessage }),
  at("/chat/:room/kick", { POST: kick }),
];

/** What `Allow` says: HEAD comes with GET, OPTIONS with everything. */
const allow = (methods: readonly string[]): string =>
  [...methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(", ");

/** A part that is no legal encoding stays as it is: its percent sign makes it a wrong name. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function noSuchPath(request: Request, env: Env): Promise<Response> {
  // A room name with a slash: told like any other wrong name, in a way that a browser can see.
  if (isUpgrade(request) && new URL(request.url).pathname.startsWith("/chat/"))
    return connect(request, env, undefined);
  throw new Refused("not_found", "There is nothing at this path.");
}

/** The first entry that the URL fits, with the named parts of its path. */
function find(url: string) {
  for (const { pattern, methods } of TABLE) {
    const match = pattern.exec(url);
    if (match !== null) return { methods, groups: match.pathname.groups };
  }
  return undefined;
}

/** The answer of the route that path and method name. @throws {Refused} also for paths and methods that do not exist */
export async function route(request: Request, env: Env): Promise<Response> {
  const found = find(request.url);
  if (found === undefined) return noSuchPath(request, env);
  const { methods, groups } = found;
  const isHead = request.method === "HEAD";
  const handle = methods.get(isHead ? "GET" : request.method);
  if (handle === undefined) {
    const allowed = allow([...methods.keys()]);
    throw new Refused("method_not_allowed", `${request.method} is not possible here; ${allowed} are.`, {
      headers: { Allow: allowed },
    });
  }
  const parameters = Object.fromEntries(Object.entries(groups).map(([name, part]) => [name, decode(part)]));
  const response = await handle({ request, env, parameters });
  return isHead ? new Response(null, response) : response;
}
