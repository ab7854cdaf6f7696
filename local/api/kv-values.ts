/** Keys and values of a KV namespace, through the runtime: the API sees what the Workers see. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { invalidBody, kvInvalid, kvKeyNotFound } from "../cloudflare-errors.ts";
import { parseJson } from "../deployment/metadata.ts";
import { KvRefusal, type KvStore, type PutOptions } from "../runtime/kv-store.ts";
import { readForm, readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireNamespace } from "./kv-namespaces.ts";

const bulkPutSchema = z.array(
  z.object({
    key: z.string().min(1),
    value: z.string(),
    base64: z.boolean().optional(),
    expiration: z.number().optional(),
    expiration_ttl: z.number().optional(),
    metadata: z.unknown().optional(),
  }),
);
const bulkKeysSchema = z.array(z.string());
const bulkGetSchema = z.object({
  keys: z.array(z.string()),
  type: z.enum(["text", "json"]).default("text"),
  withMetadata: z.boolean().default(false),
});

export function kvValueRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/storage/kv/namespaces/:namespace";
  const store = (context: Context): Promise<KvStore> =>
    cloud.runtime.kv(requireNamespace(cloud, context.req.param("namespace") ?? "").id);

  app.get(`${base}/keys`, async (context) => {
    const { prefix, cursor, limit } = context.req.query();
    const kv = await store(context);
    const found = await refusing(() =>
      kv.list({ prefix, cursor: cursor || undefined, limit: numberOf(limit) }),
    );
    const keys = found.keys.map(({ name, expiration, metadata }) => ({
      name,
      ...(expiration === undefined ? {} : { expiration }),
      ...(metadata === undefined || metadata === null ? {} : { metadata }),
    }));
    return ok(context, keys, { count: keys.length, cursor: found.cursor ?? "" });
  });

  app.get(`${base}/values/:key`, async (context) => {
    const kv = await store(context);
    const entry = await refusing(() => kv.get(context.req.param("key")));
    if (entry === undefined) throw kvKeyNotFound();
    return new Response(entry.value, { headers: { "content-type": "application/octet-stream" } });
  });

  app.get(`${base}/metadata/:key`, async (context) => {
    const kv = await store(context);
    const entry = await refusing(() => kv.get(context.req.param("key")));
    if (entry === undefined) throw kvKeyNotFound();
    return ok(context, entry.metadata ?? null);
  });

  app.put(`${base}/values/:key`, async (context) => {
    const kv = await store(context);
    const { value, metadata } = await readValue(context);
    await put(kv, context.req.param("key"), value, {
      metadata,
      expiration: numberOf(context.req.query("expiration")),
      expirationTtl: numberOf(context.req.query("expiration_ttl")),
    });
    return ok(context, null);
  });

  app.delete(`${base}/values/:key`, async (context) => {
    const kv = await store(context);
    await refusing(() => kv.delete(context.req.param("key")));
    return ok(context, null);
  });

  app.put(`${base}/bulk`, async (context) => {
    const kv = await store(context);
    const entries = await readJson(context, bulkPutSchema);
    for (const entry of entries)
      await put(
        kv,
        entry.key,
        entry.base64 ? new Uint8Array(Buffer.from(entry.value, "base64")) : entry.value,
        {
          metadata: entry.metadata,
          expiration: entry.expiration,
          expirationTtl: entry.expiration_ttl,
        },
      );
    return ok(context, { successful_key_count: entries.length, unsuccessful_keys: [] });
  });

  const bulkDelete = async (context: Context): Promise<Response> => {
    const kv = await store(context);
    const keys = await readJson(context, bulkKeysSchema);
    for (const key of keys) await refusing(() => kv.delete(key));
    return ok(context, { successful_key_count: keys.length, unsuccessful_keys: [] });
  };
  app.delete(`${base}/bulk`, bulkDelete);
  app.post(`${base}/bulk/delete`, bulkDelete);

  app.post(`${base}/bulk/get`, async (context) => {
    const kv = await store(context);
    const { keys, type, withMetadata } = await readJson(context, bulkGetSchema);
    const values: Record<string, unknown> = {};
    for (const key of keys) {
      const entry = await refusing(() => kv.get(key));
      const text = entry === undefined ? null : new TextDecoder().decode(entry.value);
      const shown = text !== null && type === "json" ? parseJson(text, `the value of '${key}'`) : text;
      values[key] =
        withMetadata && entry !== undefined ? { value: shown, metadata: entry.metadata ?? null } : shown;
    }
    return ok(context, { values });
  });
}

const put = (
  kv: KvStore,
  key: string,
  value: string | Uint8Array<ArrayBuffer>,
  options: PutOptions,
): Promise<void> => refusing(() => kv.put(key, value, options));

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KvRefusal) throw kvInvalid(error.message);
    throw error;
  }
}

/** Plain body, or a form with the parts `value` and `metadata`. */
async function readValue(
  context: Context,
): Promise<{ value: string | Uint8Array<ArrayBuffer>; metadata: unknown }> {
  if (!context.req.header("content-type")?.startsWith("multipart/form-data"))
    return { value: new Uint8Array(await context.req.arrayBuffer()), metadata: undefined };
  const form = await readForm(context);
  const value = form.get("value");
  if (value === null) throw invalidBody("a part named 'value' is missing");
  const metadata = form.get("metadata");
  const metadataText = metadata === null || typeof metadata === "string" ? metadata : await metadata.text();
  return {
    value: typeof value === "string" ? value : new Uint8Array(await value.arrayBuffer()),
    metadata: metadataText === null || metadataText === "" ? undefined : parseJson(metadataText, "metadata"),
  };
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);
