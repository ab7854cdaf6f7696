import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { secretNotFound } from "../cloudflare-errors.ts";
import { changeBindings } from "../deployment/change-bindings.ts";
import type { Binding } from "../state/binding.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireScript } from "./script-view.ts";
import { originOf } from "./scripts.ts";

const secretSchema = z.object({ name: z.string().min(1), text: z.string(), type: z.literal("secret_text") });
const secretsPatchSchema = z.object({ secrets: z.record(z.string(), secretSchema.nullable()) });
type Secret = z.infer<typeof secretSchema>;

/** Secrets put by hand. Each change is a new version, deployed at once. */
export function secretRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/scripts/:name/secrets";

  app.get(base, (context) => ok(context, secretsOf(cloud, context.req.param("name")).map(view)));

  app.get(`${base}/:secret`, (context) => {
    const name = context.req.param("secret");
    const found = secretsOf(cloud, context.req.param("name")).find((secret) => secret.name === name);
    if (found === undefined) throw secretNotFound(name);
    return ok(context, view(found));
  });

  app.put(base, async (context) => {
    const secret = await readJson(context, secretSchema);
    await changeBindings(cloud, context.req.param("name"), originOf(context).source, "secret", (bindings) =>
      applySecrets(bindings, { [secret.name]: secret }),
    );
    return ok(context, view(secret));
  });

  app.delete(`${base}/:secret`, async (context) => {
    const name = context.req.param("secret");
    await changeBindings(cloud, context.req.param("name"), originOf(context).source, "secret", (bindings) => {
      if (!bindings.some((binding) => binding.name === name && binding.type === "secret_text"))
        throw secretNotFound(name);
      return applySecrets(bindings, { [name]: null });
    });
    return ok(context, null);
  });

  app.patch(`${base}-bulk`, async (context) => {
    const { secrets } = await readJson(context, secretsPatchSchema);
    const name = context.req.param("name");
    await changeBindings(cloud, name, originOf(context).source, "secret", (bindings) =>
      applySecrets(bindings, secrets),
    );
    const named = secretsOf(cloud, name).map((secret) => [secret.name, view(secret)]);
    return ok(context, Object.fromEntries(named));
  });
}

export const applySecrets = (
  bindings: readonly Binding[],
  change: Readonly<Record<string, Secret | null>>,
): Binding[] => [
  ...bindings.filter((binding) => !(binding.name in change)),
  ...Object.values(change).filter((secret) => secret !== null),
];

const secretsOf = (cloud: Cloud, script: string) =>
  requireScript(cloud, script).version.bindings.filter((binding) => binding.type === "secret_text");

const view = (secret: { name: string }) => ({ name: secret.name, type: "secret_text" });
