import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { objectNamespaceNotFound, objectQueryInvalid } from "../cloudflare-errors.ts";
import { objectIdOf, queryStoredObject, storedObjects } from "../runtime/object-storage.ts";
import { listObjectNamespaces, type OwnedNamespace } from "../state/object-namespaces.ts";
import { readJson } from "./body.ts";
import { ok, page, positive } from "./envelope.ts";

/** Objects of one answer, where nobody says. */
const DEFAULT_LIMIT = 1_000;

const Queries = z
  .array(
    z.object({ sql: z.string(), params: z.array(z.union([z.string(), z.number(), z.null()])).optional() }),
  )
  .min(1);
/** As the dashboard's data studio and Miniflare's explorer ask: it is no part of the published API. */
const queryBody = z.union([
  z.object({ durable_object_id: z.string().regex(/^[0-9a-f]{64}$/), queries: Queries }),
  z.object({ durable_object_name: z.string().min(1), queries: Queries }),
]);

export function objectNamespaceRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/durable_objects/namespaces";

  app.get(base, (context) => {
    const { items, info } = page(context, listObjectNamespaces(cloud.db));
    return ok(context, items.map(view), info);
  });

  const asked = (context: Context): OwnedNamespace => {
    const found = listObjectNamespaces(cloud.db).find(({ id }) => id === context.req.param("namespace"));
    if (found === undefined) throw objectNamespaceNotFound();
    return found;
  };

  app.get(`${base}/:namespace`, (context) => ok(context, view(asked(context))));

  app.get(`${base}/:namespace/objects`, (context) => {
    const limit = positive(context.req.query("limit"), DEFAULT_LIMIT);
    const after = context.req.query("cursor") ?? "";
    const rest = storedObjects(cloud.dataFolder, asked(context).id).filter((id) => id > after);
    const ids = rest.slice(0, limit);
    const cursor = ids.length < rest.length ? (ids.at(-1) ?? "") : "";
    return ok(
      context,
      ids.map((id) => ({ id, hasStoredData: true })),
      { count: ids.length, cursor },
    );
  });

  app.post(`${base}/:namespace/query`, async (context) => {
    const namespace = asked(context);
    const body = await readJson(context, queryBody);
    const id =
      "durable_object_id" in body
        ? body.durable_object_id
        : objectIdOf(namespace.id, body.durable_object_name);
    return ok(context, answersOf(cloud, namespace.id, id, body.queries));
  });
}

function answersOf(cloud: Cloud, namespace: string, id: string, queries: z.infer<typeof Queries>) {
  try {
    const results = queryStoredObject(cloud.dataFolder, namespace, id, queries);
    if (results !== undefined) return results;
  } catch (error) {
    throw objectQueryInvalid(error instanceof Error ? error.message : String(error));
  }
  throw objectQueryInvalid(`Durable Object '${id}' has stored nothing`);
}

const view = (namespace: OwnedNamespace) => ({
  id: namespace.id,
  name: `${namespace.script}_${namespace.className}`,
  script: namespace.script,
  class: namespace.className,
  use_sqlite: namespace.useSqlite,
});
