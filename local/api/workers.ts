import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { workerNotFound } from "../cloudflare-errors.ts";
import { patchLatestVersion } from "../deployment/change-bindings.ts";
import { listScripts, type Script } from "../state/scripts.ts";
import { readJson } from "./body.ts";
import { ok, page } from "./envelope.ts";
import { findLiveScript, type LiveScript } from "./script-view.ts";
import { originOf } from "./scripts.ts";
import { applySecrets } from "./secrets.ts";
import { versionView } from "./versions.ts";

const patchSchema = z.strictObject({
  env: z.record(z.string(), z.object({ type: z.literal("secret_text"), text: z.string() }).nullable()),
  annotations: z.record(z.string(), z.string().nullish()).nullish(),
});

/** The same scripts as the newer part of Cloudflare's API shows them: a Worker by its name or its immutable id. */
export function workerRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/workers";

  app.get(base, (context) => {
    const { items, info } = page(context, listScripts(cloud.db));
    return ok(
      context,
      items.map((script) => workerView(script, cloud.identity.subdomain)),
      info,
    );
  });

  app.get(`${base}/:worker`, (context) =>
    ok(
      context,
      workerView(requireWorker(cloud, context.req.param("worker")).script, cloud.identity.subdomain),
    ),
  );

  /** Secrets on the latest version, without deploying it: `wrangler versions secret`. */
  app.patch(`${base}/:worker/versions/latest`, async (context) => {
    const { script } = requireWorker(cloud, context.req.param("worker"));
    const { env, annotations } = await readJson(context, patchSchema);
    const given = Object.entries(annotations ?? {}).flatMap(([key, value]) => (value ? [[key, value]] : []));
    const secrets = Object.fromEntries(
      Object.entries(env).map(([name, secret]) => [name, secret === null ? null : { ...secret, name }]),
    );
    const version = await patchLatestVersion(
      cloud,
      script.name,
      originOf(context).source,
      Object.fromEntries(given),
      (bindings) => applySecrets(bindings, secrets),
    );
    return ok(context, versionView(cloud, version));
  });
}

function requireWorker(cloud: Cloud, nameOrId: string): LiveScript {
  const script = listScripts(cloud.db).find(({ name, tag }) => name === nameOrId || tag === nameOrId);
  const live = script === undefined ? undefined : findLiveScript(cloud, script.name);
  if (live === undefined) throw workerNotFound(nameOrId);
  return live;
}

const workerView = (script: Script, subdomain: string) => ({
  id: script.tag,
  name: script.name,
  created_on: script.createdOn,
  updated_on: script.modifiedOn,
  deployed_on: script.modifiedOn,
  logpush: script.settings.logpush,
  observability: script.settings.observability ?? { enabled: false },
  subdomain: {
    enabled: script.subdomainEnabled,
    previews_enabled: script.previewsEnabled,
    preview_url_suffix: `-${script.name}.${subdomain}.workers.dev`,
  },
  tags: script.settings.tags,
  tail_consumers: script.settings.tail_consumers ?? [],
  references: { domains: [], durable_objects: [], queues: [], workers: [] },
});
