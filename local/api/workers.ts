import type { Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { workerNotFound } from "../cloudflare-errors.ts";
import { listScripts, type Script } from "../state/scripts.ts";
import { ok, page } from "./envelope.ts";
import { findLiveScript, type LiveScript } from "./script-view.ts";

/** The same scripts as the newer part of Cloudflare's API shows them: a Worker by its name or its immutable id. */
export function workerRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/workers";

  app.get(base, (context) => {
    const { items, info } = page(context, listScripts(cloud.db));
    return ok(context, items.map(workerView), info);
  });

  app.get(`${base}/:worker`, (context) =>
    ok(context, workerView(requireWorker(cloud, context.req.param("worker")).script)),
  );
}

function requireWorker(cloud: Cloud, nameOrId: string): LiveScript {
  const script = listScripts(cloud.db).find(({ name, tag }) => name === nameOrId || tag === nameOrId);
  const live = script === undefined ? undefined : findLiveScript(cloud, script.name);
  if (live === undefined) throw workerNotFound(nameOrId);
  return live;
}

const workerView = (script: Script) => ({
  id: script.tag,
  name: script.name,
  created_on: script.createdOn,
  updated_on: script.modifiedOn,
  deployed_on: script.modifiedOn,
  logpush: script.settings.logpush,
  observability: script.settings.observability ?? { enabled: false },
  subdomain: { enabled: script.subdomainEnabled, previews_enabled: script.previewsEnabled },
  tags: script.settings.tags,
  tail_consumers: script.settings.tail_consumers ?? [],
  references: { domains: [], durable_objects: [], queues: [], workers: [] },
});
