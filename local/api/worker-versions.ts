import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { scriptUnsupported, versionInUse, versionNotFound } from "../cloudflare-errors.ts";
import { patchLatestVersion } from "../deployment/change-bindings.ts";
import { uploadVersion } from "../deployment/deploy.ts";
import { parseMetadata } from "../deployment/metadata.ts";
import { parseJsonUpload } from "../deployment/upload-form.ts";
import { findWorker } from "../deployment/worker-resource.ts";
import { activeDeployment } from "../state/deployments.ts";
import type { Script } from "../state/scripts.ts";
import { findVersion, latestVersion, listVersions, removeVersion, type Version } from "../state/versions.ts";
import { readJson } from "./body.ts";
import { ok, page } from "./envelope.ts";
import { originOf } from "./scripts.ts";
import { applySecrets } from "./secrets.ts";
import { versionView } from "./versions.ts";
import { workerVersionView } from "./worker-view.ts";

const uploadSchema = z.looseObject({
  modules: z
    .array(z.object({ name: z.string(), content_type: z.string(), content_base64: z.base64() }))
    .default([]),
});

const patchSchema = z.strictObject({
  env: z.record(z.string(), z.object({ type: z.literal("secret_text"), text: z.string() }).nullable()),
  annotations: z.record(z.string(), z.string().nullish()).nullish(),
});

/** Versions of a Worker, with their code in and out as JSON: `?include=modules`. */
export function workerVersionRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/workers/:worker/versions";
  const view = (context: Context, script: Script, version: Version) =>
    ok(context, workerVersionView(cloud, script, version, context.req.query("include") === "modules"));

  app.get(base, (context) => {
    const script = findWorker(cloud, context.req.param("worker"));
    const { items, info } = page(context, listVersions(cloud.db, script.name));
    return ok(
      context,
      items.map((version) => workerVersionView(cloud, script, version, false)),
      info,
    );
  });

  app.post(base, async (context) => {
    const script = findWorker(cloud, context.req.param("worker"));
    if (context.req.query("deploy") === "true")
      throw scriptUnsupported("versions with ?deploy=true: post a deployment of the version");
    const { modules, ...metadata } = await readJson(context, uploadSchema);
    const upload = parseJsonUpload(
      parseMetadata(JSON.stringify(metadata)),
      modules.map(({ name, content_type, content_base64 }) => ({
        name,
        contentType: content_type,
        contents: new Uint8Array(Buffer.from(content_base64, "base64")),
      })),
    );
    return view(
      context,
      script,
      await uploadVersion(cloud, script.name, upload, originOf(context), "when deployed"),
    );
  });

  app.get(`${base}/:version`, (context) => {
    const script = findWorker(cloud, context.req.param("worker"));
    return view(context, script, requireVersion(cloud, script, context.req.param("version")));
  });

  app.delete(`${base}/:version`, (context) =>
    cloud.exclusively(async () => {
      const script = findWorker(cloud, context.req.param("worker"));
      const { id } = requireVersion(cloud, script, context.req.param("version"));
      if (activeDeployment(cloud.db, script.name)?.shares.some(({ versionId }) => versionId === id))
        throw versionInUse(id);
      removeVersion(cloud.db, script.name, id);
      return ok(context, null);
    }),
  );

  /** Secrets on the latest version, without deploying it: `wrangler versions secret`. */
  app.patch(`${base}/latest`, async (context) => {
    const script = findWorker(cloud, context.req.param("worker"));
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

function requireVersion(cloud: Cloud, { name }: Script, wanted: string): Version {
  const found = wanted === "latest" ? latestVersion(cloud.db, name) : findVersion(cloud.db, name, wanted);
  if (found === undefined) throw versionNotFound();
  return found;
}
