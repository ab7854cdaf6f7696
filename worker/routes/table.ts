/** Every path of the Worker with its methods: the table of docs/protocol.md, "HTTP". */
import { Hono } from "hono/tiny";
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

const TABLE: Readonly<Record<string, Partial<Record<Method, Route>>>> = {
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

/** A trailing slash is accepted by the router everywhere. Thrown errors go on to the caller. */
export function routes(): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const [path, byMethod] of Object.entries(TABLE)) {
    for (const [method, route] of Object.entries(byMethod))
      app.on(method, path, ({ req, env }) => route({ request: req.raw, env, parameters: req.param() }));
    app.all(path, ({ req }) => {
      const allowed = allow(Object.keys(byMethod));
      throw new Refused("method_not_allowed", `${req.method} is not possible here; ${allowed} are.`, {
        headers: { Allow: allowed },
      });
    });
  }
  app.notFound(({ req, env }) => {
    // A room name with a slash: told like any other wrong name, in a way that a browser can see.
    if (isUpgrade(req.raw) && req.path.startsWith("/chat/")) return connect(req.raw, env, undefined);
    throw new Refused("not_found", "There is nothing at this path.");
  });
  app.onError((error) => {
    throw error;
  });
  return app;
}
