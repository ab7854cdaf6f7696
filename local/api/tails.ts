import type { Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { tailNotFound } from "../cloudflare-errors.ts";
import { tailFiltersSchema } from "../runtime/tail-event.ts";
import type { TailSession } from "../runtime/tail-sessions.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireScript } from "./script-view.ts";

/** Where the socket of a tail session is. Its id is as good as a password: no token is sent there. */
export const TAIL_SOCKET_PATH = "/tails/";

export function tailRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/scripts/:name/tails";

  app.get(base, (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    return ok(
      context,
      cloud.tails.list(script.name, cloud.now().getTime()).map((session) => view(cloud, session)),
    );
  });

  app.post(base, async (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const { filters } = await readJson(context, tailFiltersSchema);
    const session = cloud.tails.create(cloud.hexId(), script.name, filters, cloud.now().getTime());
    return ok(context, view(cloud, session));
  });

  app.delete(`${base}/:tail`, (context) => {
    if (!cloud.tails.remove(context.req.param("name"), context.req.param("tail"))) throw tailNotFound();
    return ok(context, null);
  });
}

const view = (cloud: Cloud, session: TailSession) => ({
  id: session.id,
  url: `ws://${cloud.apiHost()}${TAIL_SOCKET_PATH}${session.id}`,
  expires_at: new Date(session.expiresAt).toISOString(),
});
