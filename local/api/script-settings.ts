import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { invalidBody, serviceNotFound } from "../cloudflare-errors.ts";
import { resolveBindings } from "../deployment/bindings.ts";
import { changeBindings } from "../deployment/change-bindings.ts";
import { parseBinding, parseJson } from "../deployment/metadata.ts";
import { changeScriptSettings } from "../deployment/script-settings.ts";
import { boundScripts } from "../state/binding.ts";
import { listObjectNamespaces } from "../state/object-namespaces.ts";
import { listScripts, tailConsumersOf } from "../state/scripts.ts";
import { readForm, readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { findLiveScript, requireScript, scriptView, settingsView } from "./script-view.ts";
import { originOf } from "./scripts.ts";

const scriptSettingsSchema = z.strictObject({
  tags: z.array(z.string()).nullish(),
  logpush: z.boolean().nullish(),
  observability: z.record(z.string(), z.unknown()).nullish(),
  tail_consumers: z.array(z.record(z.string(), z.unknown())).nullish(),
});

const versionedSettingsSchema = z.strictObject({
  bindings: z.array(z.looseObject({ type: z.string(), name: z.string() })).optional(),
});

/** Everything about a script that is not its code. */
export function scriptSettingsRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/scripts/:name";

  app.get("/accounts/:account/workers/services/:name", (context) => {
    const live = findLiveScript(cloud, context.req.param("name"));
    if (live === undefined) throw serviceNotFound();
    const { createdOn, modifiedOn, name } = live.script;
    const environment = { environment: "production", created_on: createdOn, modified_on: modifiedOn };
    return ok(context, {
      id: name,
      default_environment: { ...environment, script: scriptView(live) },
      created_on: createdOn,
      modified_on: modifiedOn,
      usage_model: live.version.usageModel,
      environments: [environment],
    });
  });

  app.get(`${base}/settings`, (context) =>
    ok(
      context,
      settingsView(requireScript(cloud, context.req.param("name")), listObjectNamespaces(cloud.db)),
    ),
  );

  /** A change by hand, as the dashboard makes it: a multipart form with one part `settings`. */
  app.patch(`${base}/settings`, async (context) => {
    const part = (await readForm(context)).get("settings");
    if (part === null) throw invalidBody("a part named 'settings' is missing");
    const parsed = versionedSettingsSchema.safeParse(
      parseJson(typeof part === "string" ? part : await part.text(), "settings"),
    );
    if (!parsed.success) throw invalidBody(`settings: ${z.prettifyError(parsed.error)}`);
    const given = parsed.data.bindings?.map(parseBinding);
    const deployed = await changeBindings(
      cloud,
      context.req.param("name"),
      originOf(context).source,
      "settings",
      (previous) =>
        given === undefined
          ? previous
          : resolveBindings(given, previous, { types: [], secretsByDefault: false }),
    );
    return ok(context, settingsView(deployed, listObjectNamespaces(cloud.db)));
  });

  app.get(`${base}/script-settings`, (context) =>
    ok(context, requireScript(cloud, context.req.param("name")).script.settings),
  );

  app.patch(`${base}/script-settings`, async (context) => {
    const name = context.req.param("name");
    requireScript(cloud, name);
    const change = await readJson(context, scriptSettingsSchema);
    const settings = await changeScriptSettings(cloud, name, (current) => ({
      tags: change.tags ?? current.tags,
      logpush: change.logpush ?? current.logpush,
      observability: change.observability === undefined ? current.observability : change.observability,
      tail_consumers: change.tail_consumers ?? current.tail_consumers,
    }));
    return ok(context, settings);
  });

  /** Asked by `wrangler delete`: who would break. */
  app.get(`${base}/references`, (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const others = listScripts(cloud.db).flatMap((other) => findLiveScript(cloud, other.name) ?? []);
    const namespaces = listObjectNamespaces(cloud.db);
    return ok(context, {
      services: {
        incoming: others
          .filter(({ version }) =>
            version.bindings.some((binding) => binding.type === "service" && binding.service === script.name),
          )
          .map((live) => ({ service: live.script.name, environment: "production", name: live.script.name })),
        outgoing: [],
      },
      durable_objects: others
        .filter(
          (live) =>
            live.script.name !== script.name && boundScripts(live.version.bindings).includes(script.name),
        )
        .flatMap((live) =>
          namespaces
            .filter((namespace) => namespace.script === script.name)
            .map((namespace) => ({
              service: live.script.name,
              environment: "production",
              name: namespace.className,
              durable_object_namespace_id: namespace.id,
              durable_object_namespace_name: `${script.name}_${namespace.className}`,
            })),
        ),
      dispatch_outbounds: [],
    });
  });

  app.get("/accounts/:account/workers/tails/by-consumer/:name", (context) => {
    const consumer = context.req.param("name");
    const producers = listScripts(cloud.db).filter(({ settings }) =>
      tailConsumersOf(settings).includes(consumer),
    );
    return ok(
      context,
      producers.map(({ name }) => ({ consumer: { service: consumer }, producer: { service: name } })),
    );
  });
}
