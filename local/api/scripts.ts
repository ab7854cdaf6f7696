import type { Context, Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { scriptInUse, scriptInvalid } from "../cloudflare-errors.ts";
import { uploadScript } from "../deployment/deploy.ts";
import type { Origin } from "../deployment/make-version.ts";
import { parseUpload } from "../deployment/upload-form.ts";
import { removeObjectData } from "../runtime/data-folders.ts";
import { withoutScript } from "../runtime/deployed-worker.ts";
import { withoutPreviews } from "../runtime/previews.ts";
import { boundScripts } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import { namespacesOf } from "../state/object-namespaces.ts";
import { listScripts, removeScript } from "../state/scripts.ts";
import { type Module, readModules } from "../state/versions.ts";
import { readForm } from "./body.ts";
import { ok } from "./envelope.ts";
import { findLiveScript, requireScript, scriptView } from "./script-view.ts";

/** Cloudflare's rule for script names, which also keeps them usable as a host label. */
const SCRIPT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

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
    if (!SCRIPT_NAME.test(name))
      throw scriptInvalid(
        `script name '${name}' is invalid: 1 to 63 lower-case letters, digits, dashes and underscores are allowed`,
      );
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

  app.delete(`${base}/:name`, async (context) => deleteScript(context, cloud, context.req.param("name")));
  app.delete("/accounts/:account/workers/services/:name", async (context) =>
    deleteScript(context, cloud, context.req.param("name")),
  );
}

const deleteScript = (context: Context, cloud: Cloud, name: string): Promise<Response> =>
  cloud.exclusively(async () => {
    requireScript(cloud, name);
    const user = usersOf(cloud, name)[0];
    if (user !== undefined && context.req.query("force") !== "true") throw scriptInUse(name, user);
    const namespaces = namespacesOf(cloud.db, name);
    await cloud.runtime.change((fleet) => withoutScript(withoutPreviews(fleet, name), name));
    transaction(cloud.db, () => removeScript(cloud.db, name));
    for (const namespace of namespaces) removeObjectData(cloud.dataFolder, namespace.id);
    return ok(context, null);
  });

/** Other scripts with a binding to this one. */
function usersOf(cloud: Cloud, name: string): string[] {
  return listScripts(cloud.db).flatMap((other) => {
    const live = other.name === name ? undefined : findLiveScript(cloud, other.name);
    return live !== undefined && boundScripts(live.version.bindings).includes(name) ? [other.name] : [];
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
