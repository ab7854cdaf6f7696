import type { Hono } from "hono";
import { ok } from "./envelope.ts";

/** wrangler asks for them before it deletes a Worker. There are none: uploads with containers are refused. */
export function containerRoutes(app: Hono): void {
  app.get("/accounts/:account/containers/applications", (context) => ok(context, []));
}
