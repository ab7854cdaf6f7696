import type { Context, Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { deleteScript } from "../deployment/delete-script.ts";
import { uploadScript } from "../deployment/deploy.ts";
import type { Origin } from "../deployment/make-version.ts";
import { parseUpload } from "../deployment/upload-form.ts";
import { checkScriptName } from "../deployment/worker-resource.ts";
import { listScripts } from "../state/scripts.ts";
import { type Module, readModules } from "../state/versions.ts";
import { readForm } from "./body.ts";
import { ok } from "./envelope.ts";
import { findLiveScript, requireScript, scriptView } from "./script-view.ts";

export function scriptRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/scripts";

  app.get(base, (context) =>
    ok(
      context,
      listScripts(cloud.db).flatMap((script) => {
        const live = findLiveScript(cloud, script.name);
        return live === undefined ? [] : [scriptView(live)];
      }),
    ),
  );

  app.put(`${base}/:name`, async (context) => {
    const name = context.req.param("name");
    checkScriptName(name);
    const upload = await parseUpload(await readForm(context));
    const deployed = await uploadScript(cloud, name, upload, originOf(context));
    return ok(context, {
      ...scriptView(deployed),
      placement: {},
      entry_point: deployed.version.mainModule,
      available_on_subdomain: deployed.script.subdomainEnabled,
      pipeline_hash: deployed.version.etag,
      startup_time_ms: deployed.version.startupTimeMs,
    });
  });

  /** The code itself: of one module plainly, of several as a multipart body. */
  app.get(`${base}/:name`, (context) => {
    const { version } = requireScript(cloud, context.req.param("name"));
    const modules = readModules(cloud.db, version.id);
    const [only] = modules;
    if (modules.length !== 1 || only === undefined)
      return multipart(modules, version.mainModule, version.etag);
    return new Response(only.contents, {
      headers: { "content-type": "application/javascript", etag: version.etag },
    });
  });

  app.get(`${base}/:name/content/v2`, (context) => {
    const { version } = requireScript(cloud, context.req.param("name"));
    return multipart(readModules(cloud.db, version.id), version.mainModule, version.etag);
  });

  for (const path of [`${base}/:name`, "/accounts/:account/workers/services/:name"])
    app.delete(path, async (context) => {
      const force = context.req.query("force") === "true";
      await deleteScript(cloud, () => requireScript(cloud, context.req.param("name") ?? "").script, force);
      return ok(context, null);
    });
}

/** Told by the user agent: wrangler counts on secrets staying, the official provider on replacing them. */
export function originOf(context: Context): Origin {
  const agent = context.req.header("user-agent") ?? "";
  const wrangler = agent.startsWith("wrangler");
  const source = wrangler ? "wrangler" : agent.startsWith("terraform-provider") ? "terraform" : "api";
  return { source, keepsSecrets: wrangler };
}

function multipart(modules: readonly Module[], entrypoint: string, etag: string): Response {
  const boundary = `----local-account-${etag.slice(0, 32)}`;
  const parts = modules.flatMap((module) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${module.name}"; filename="${module.name}"\r\nContent-Type: ${module.contentType}\r\n\r\n`,
    ),
    Buffer.from(module.contents),
    Buffer.from("\r\n"),
  ]);
  return new Response(Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]), {
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "cf-entrypoint": entrypoint,
      etag,
    },
  });
}
