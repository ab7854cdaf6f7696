import type { Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { objectNamespaceNotFound } from "../cloudflare-errors.ts";
import { listObjectNamespaces, type OwnedNamespace } from "../state/object-namespaces.ts";
import { ok, page } from "./envelope.ts";

export function objectNamespaceRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/durable_objects/namespaces";

  app.get(base, (context) => {
    const { items, info } = page(context, listObjectNamespaces(cloud.db));
    return ok(context, items.map(view), info);
  });

  app.get(`${base}/:namespace`, (context) => {
    const found = listObjectNamespaces(cloud.db).find(({ id }) => id === context.req.param("namespace"));
    if (found === undefined) throw objectNamespaceNotFound();
    return ok(context, view(found));
  });
}

const view = (namespace: OwnedNamespace) => ({
  id: namespace.id,
  name: `${namespace.script}_${namespace.className}`,
  script: namespace.script,
  class: namespace.className,
  use_sqlite: namespace.useSqlite,
});
