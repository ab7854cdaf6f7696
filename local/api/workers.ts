import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { deleteScript } from "../deployment/delete-script.ts";
import { changeWorker, createWorker, findWorker, type WorkerFields } from "../deployment/worker-resource.ts";
import { listScripts, type Script } from "../state/scripts.ts";
import { readJson } from "./body.ts";
import { ok, page } from "./envelope.ts";
import { workerView } from "./worker-view.ts";

const changeSchema = z.strictObject({
  name: z.string().optional(),
  logpush: z.boolean().nullish(),
  observability: z.record(z.string(), z.unknown()).nullish(),
  subdomain: z.object({ enabled: z.boolean().nullish(), previews_enabled: z.boolean().nullish() }).nullish(),
  tags: z.array(z.string()).nullish(),
  tail_consumers: z.array(z.object({ name: z.string() })).nullish(),
});
const workerSchema = changeSchema.required({ name: true });

/** The same scripts as the newer part of Cloudflare's API has them: a Worker by its name or its immutable id. */
export function workerRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/workers";

  app.get(base, (context) => {
    const { items, info } = page(context, listScripts(cloud.db));
    return ok(
      context,
      items.map((script) => workerView(cloud, script)),
      info,
    );
  });

  app.post(base, async (context) => {
    const given = await readJson(context, workerSchema);
    return ok(context, workerView(cloud, await createWorker(cloud, fieldsOf(given))));
  });

  app.get(`${base}/:worker`, (context) =>
    ok(context, workerView(cloud, findWorker(cloud, context.req.param("worker")))),
  );

  /** All of it: what is not given falls back to its default. */
  app.put(`${base}/:worker`, async (context) => {
    const given = await readJson(context, workerSchema);
    const changed = await changeWorker(cloud, context.req.param("worker"), () => fieldsOf(given));
    return ok(context, workerView(cloud, changed));
  });

  /** What is given of it. */
  app.patch(`${base}/:worker`, async (context) => {
    const given = await readJson(context, changeSchema);
    const changed = await changeWorker(cloud, context.req.param("worker"), (script) =>
      fieldsOf({ ...given, name: given.name ?? script.name }, script),
    );
    return ok(context, workerView(cloud, changed));
  });

  app.delete(`${base}/:worker`, async (context) => {
    const force = context.req.query("force") === "true";
    await deleteScript(cloud, () => findWorker(cloud, context.req.param("worker")), force);
    return ok(context, null);
  });
}

function fieldsOf(given: z.infer<typeof workerSchema>, before?: Script): WorkerFields {
  const enabled = given.subdomain?.enabled ?? before?.subdomainEnabled ?? false;
  const settings = before?.settings;
  return {
    name: given.name,
    settings: {
      tags: given.tags ?? settings?.tags ?? [],
      logpush: given.logpush ?? settings?.logpush ?? false,
      observability: given.observability ?? settings?.observability ?? null,
      tail_consumers:
        given.tail_consumers?.map(({ name }) => ({ service: name })) ?? settings?.tail_consumers ?? null,
    },
    subdomainEnabled: enabled,
    previewsEnabled: given.subdomain?.previews_enabled ?? before?.previewsEnabled ?? enabled,
  };
}
