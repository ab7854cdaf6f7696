import type { Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { versionNotFound } from "../cloudflare-errors.ts";
import { listObjectNamespaces } from "../state/object-namespaces.ts";
import { findVersion, listVersions, readModules } from "../state/versions.ts";
import { ok } from "./envelope.ts";
import { bindingViews, requireScript } from "./script-view.ts";

/** Versions as the newer `workers` resource shows them, with their code: `?include=modules`. */
export function workerVersionRoutes(app: Hono, cloud: Cloud): void {
  app.get("/accounts/:account/workers/workers/:name/versions/:version", (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const wanted = context.req.param("version");
    const version =
      wanted === "latest"
        ? listVersions(cloud.db, script.name)[0]
        : findVersion(cloud.db, script.name, wanted);
    if (version === undefined) throw versionNotFound();
    const modules =
      context.req.query("include") === "modules" ? readModules(cloud.db, version.id) : undefined;
    return ok(context, {
      id: version.id,
      number: version.number,
      created_on: version.createdOn,
      source: version.source,
      annotations: version.annotations,
      main_module: version.mainModule,
      compatibility_date: version.compatibilityDate,
      compatibility_flags: version.compatibilityFlags,
      usage_model: version.usageModel,
      migration_tag: version.migrationTag ?? null,
      startup_time_ms: version.startupTimeMs,
      bindings: bindingViews(version.bindings, version.script, listObjectNamespaces(cloud.db)),
      ...(modules && {
        modules: modules.map(({ name, contentType, contents }) => ({
          name,
          content_type: contentType,
          content_base64: Buffer.from(contents).toString("base64"),
        })),
      }),
    });
  });
}
