import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { kvNamespaceNotFound, kvTitleInvalid, kvTitleTaken } from "../cloudflare-errors.ts";
import { removeKvData } from "../runtime/kv-data.ts";
import {
  findKvNamespace,
  type KvNamespace,
  listKvNamespaces,
  removeKvNamespace,
  saveKvNamespace,
} from "../state/kv-namespaces.ts";
import { readJson } from "./body.ts";
import { ok, page } from "./envelope.ts";

const titleSchema = z.object({ title: z.string() });
const MAX_TITLE_CHARACTERS = 512;

export function kvNamespaceRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/storage/kv/namespaces";

  app.get(base, (context) => {
    const { items, info } = page(context, listKvNamespaces(cloud.db));
    return ok(context, items.map(view), info);
  });

  app.post(base, async (context) => {
    const { title } = await readJson(context, titleSchema);
    return ok(context, view(save(cloud, { id: cloud.hexId(), title })));
  });

  app.get(`${base}/:namespace`, (context) =>
    ok(context, view(requireNamespace(cloud, context.req.param("namespace")))),
  );

  app.put(`${base}/:namespace`, async (context) => {
    const { id } = requireNamespace(cloud, context.req.param("namespace"));
    const { title } = await readJson(context, titleSchema);
    return ok(context, view(save(cloud, { id, title })));
  });

  app.delete(`${base}/:namespace`, async (context) => {
    const { id } = requireNamespace(cloud, context.req.param("namespace"));
    const kv = await cloud.runtime.kv(id);
    await removeKvData(kv);
    removeKvNamespace(cloud.db, id);
    return ok(context, null);
  });
}

export function requireNamespace(cloud: Cloud, id: string): KvNamespace {
  const namespace = findKvNamespace(cloud.db, id);
  if (namespace === undefined) throw kvNamespaceNotFound();
  return namespace;
}

function save(cloud: Cloud, namespace: KvNamespace): KvNamespace {
  if (namespace.title === "" || namespace.title.length > MAX_TITLE_CHARACTERS) throw kvTitleInvalid();
  if (!saveKvNamespace(cloud.db, namespace)) throw kvTitleTaken();
  return namespace;
}

const view = (namespace: KvNamespace) => ({ ...namespace, supports_url_encoding: true });
