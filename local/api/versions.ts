import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { deploymentNotFound, versionNotFound } from "../cloudflare-errors.ts";
import { deployVersions, uploadVersion } from "../deployment/deploy.ts";
import { hasPreviews } from "../deployment/preview.ts";
import { parseUpload } from "../deployment/upload-form.ts";
import { type Deployment, listDeployments } from "../state/deployments.ts";
import { listObjectNamespaces } from "../state/object-namespaces.ts";
import { findScript } from "../state/scripts.ts";
import { findVersion, listVersions, type Version } from "../state/versions.ts";
import { readForm, readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { bindingViews, requireKnownScript } from "./script-view.ts";
import { originOf } from "./scripts.ts";

const deploymentSchema = z.object({
  strategy: z.literal("percentage"),
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })).min(1),
  annotations: z.record(z.string(), z.string().nullish()).nullish(),
});

const AUTHOR = "local@localhost";

/** Versions and deployments: each upload is a version, and a deployment gives the traffic to one or splits it. */
export function versionRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/scripts/:name";

  app.get(`${base}/versions`, (context) => {
    const script = requireKnownScript(cloud, context.req.param("name"));
    return ok(context, {
      items: listVersions(cloud.db, script.name).map((version) => versionView(cloud, version)),
    });
  });

  app.post(`${base}/versions`, async (context) => {
    const upload = await parseUpload(await readForm(context));
    const version = await uploadVersion(
      cloud,
      context.req.param("name"),
      upload,
      originOf(context),
      "refused",
    );
    return ok(context, { ...versionView(cloud, version), startup_time_ms: version.startupTimeMs });
  });

  app.get(`${base}/versions/:version`, (context) => {
    const script = requireKnownScript(cloud, context.req.param("name"));
    const version = findVersion(cloud.db, script.name, context.req.param("version"));
    if (version === undefined) throw versionNotFound();
    return ok(context, versionView(cloud, version));
  });

  app.get(`${base}/deployments`, (context) => {
    const script = requireKnownScript(cloud, context.req.param("name"));
    return ok(context, { deployments: listDeployments(cloud.db, script.name).map(deploymentView) });
  });

  app.get(`${base}/deployments/:deployment`, (context) => {
    const script = requireKnownScript(cloud, context.req.param("name"));
    const found = listDeployments(cloud.db, script.name).find(
      ({ id }) => id === context.req.param("deployment"),
    );
    if (found === undefined) throw deploymentNotFound();
    return ok(context, deploymentView(found));
  });

  app.post(`${base}/deployments`, async (context) => {
    const { versions, annotations } = await readJson(context, deploymentSchema);
    const name = context.req.param("name");
    const shares = versions.map(({ version_id, percentage }) => ({ versionId: version_id, percentage }));
    const given = Object.entries(annotations ?? {}).flatMap(([key, value]) => (value ? [[key, value]] : []));
    await deployVersions(cloud, name, shares, originOf(context).source, Object.fromEntries(given));
    const [latest] = listDeployments(cloud.db, name);
    return ok(context, latest === undefined ? null : deploymentView(latest));
  });
}

/** wrangler prints the preview's address when told so; the two spellings are Cloudflare's. */
function previewFlags(cloud: Cloud, name: string) {
  const script = findScript(cloud.db, name);
  const has = script !== undefined && hasPreviews(cloud, script);
  return { hasPreview: has, has_preview: has };
}

export const versionView = (cloud: Cloud, version: Version) => ({
  id: version.id,
  number: version.number,
  metadata: {
    created_on: version.createdOn,
    modified_on: version.createdOn,
    source: version.source,
    author_id: cloud.identity.userId,
    author_email: AUTHOR,
    ...previewFlags(cloud, version.script),
  },
  annotations: version.annotations,
  resources: {
    script: {
      etag: version.etag,
      handlers: version.handlers,
      named_handlers: version.namedHandlers,
      last_deployed_from: version.source,
    },
    script_runtime: {
      compatibility_date: version.compatibilityDate,
      compatibility_flags: version.compatibilityFlags,
      usage_model: version.usageModel,
      limits: version.limits ?? {},
    },
    bindings: bindingViews(version.bindings, version.script, listObjectNamespaces(cloud.db)),
  },
});

const deploymentView = (deployment: Deployment) => ({
  id: deployment.id,
  source: deployment.source,
  strategy: "percentage",
  author_email: AUTHOR,
  created_on: deployment.createdOn,
  annotations: deployment.annotations,
  versions: deployment.shares.map(({ versionId, percentage }) => ({ version_id: versionId, percentage })),
});
