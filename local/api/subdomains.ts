import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { notSupported } from "../cloudflare-errors.ts";
import { type Script, saveScript } from "../state/scripts.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireScript } from "./script-view.ts";

const flagsSchema = z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() });

/** The account's workers.dev label, and which scripts answer under it. */
export function subdomainRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/scripts/:name/subdomain";

  app.get("/accounts/:account/workers/subdomain", (context) =>
    ok(context, { subdomain: cloud.identity.subdomain }),
  );
  app.put("/accounts/:account/workers/subdomain", (context) => {
    throw notSupported(
      "PUT",
      `${context.req.path}: the account's subdomain is always '${cloud.identity.subdomain}'`,
    );
  });

  app.get(base, (context) => ok(context, view(requireScript(cloud, context.req.param("name")).script)));

  app.post(base, async (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const flags = await readJson(context, flagsSchema);
    const next = {
      ...script,
      subdomainEnabled: flags.enabled,
      previewsEnabled: flags.previews_enabled ?? flags.enabled,
    };
    saveScript(cloud.db, next);
    return ok(context, view(next));
  });

  app.delete(base, (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const next = { ...script, subdomainEnabled: false, previewsEnabled: false };
    saveScript(cloud.db, next);
    return ok(context, view(next));
  });
}

const view = (script: Script) => ({
  enabled: script.subdomainEnabled,
  previews_enabled: script.previewsEnabled,
});
