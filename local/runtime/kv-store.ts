/** A KV namespace as the API needs it, over the protocol that the runtime's own KV bindings speak. */
import { z } from "zod";
import { asciiJson } from "./ascii-json.ts";
import { NAMESPACE_HEADER } from "./miniflare-plugin.ts";

export interface KvEntry {
  readonly value: Uint8Array<ArrayBuffer>;
  /** Undefined: none. */
  readonly metadata: unknown;
}

export interface KvKey {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly expiration?: number | undefined;
  readonly metadata?: unknown;
}

export interface PutOptions {
  readonly metadata?: unknown;
  /** Seconds since the epoch. */
  readonly expiration?: number | undefined;
  /** Seconds. */
  readonly expirationTtl?: number | undefined;
}

export interface ListOptions {
  readonly prefix?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface KvStore {
  readonly get: (key: string) => Promise<KvEntry | undefined>;
  /** Throws `KvRefusal`. */
  readonly put: (key: string, value: string | Uint8Array<ArrayBuffer>, options?: PutOptions) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
  /** One page; `cursor` undefined: the last. */
  readonly list: (options?: ListOptions) => Promise<{ keys: readonly KvKey[]; cursor: string | undefined }>;
}

/** What the namespace does not take: a key, a value or an expiration that breaks a limit. In the runtime's words. */
export class KvRefusal extends Error {
  override readonly name = "KvRefusal";
}

const METADATA_HEADER = "cf-kv-metadata";

const listSchema = z.object({
  keys: z.array(
    z.object({ name: z.string(), expiration: z.number().optional(), metadata: z.string().optional() }),
  ),
  cursor: z.string().optional(),
});

export function kvStore(address: URL, namespaceId: string): KvStore {
  const call = async (
    method: string,
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    body?: { readonly value: string | Uint8Array<ArrayBuffer>; readonly metadata: unknown },
  ): Promise<Response> => {
    const url = new URL(path, address);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const response = await fetch(url, {
      method,
      headers: {
        [NAMESPACE_HEADER]: namespaceId,
        ...(body?.metadata === undefined ? {} : { [METADATA_HEADER]: asciiJson(body.metadata) }),
      },
      ...(body === undefined ? {} : { body: body.value }),
    });
    if (response.status >= 500)
      throw new Error(`KV ${method} failed in the runtime: ${await response.text()}`);
    if (!response.ok && response.status !== 404) throw new KvRefusal(await response.text());
    return response;
  };
  const keyPath = (key: string): string => `/${encodeURIComponent(key)}`;
  const encoded = { urlencoded: "true" };

  return {
    get: async (key) => {
      const response = await call("GET", keyPath(key), encoded);
      const value = new Uint8Array(await response.arrayBuffer());
      if (response.status === 404) return undefined;
      const metadata = response.headers.get(METADATA_HEADER);
      return { value, metadata: metadata === null ? undefined : JSON.parse(fromHeader(metadata)) };
    },
    put: async (key, value, { metadata, expiration, expirationTtl } = {}) => {
      const query = { ...encoded, expiration, expiration_ttl: expirationTtl };
      await (await call("PUT", keyPath(key), query, { value, metadata })).arrayBuffer();
    },
    delete: async (key) => {
      await (await call("DELETE", keyPath(key), encoded)).arrayBuffer();
    },
    list: async ({ prefix, cursor, limit } = {}) => {
      const response = await call("GET", "/", { prefix, cursor, key_count_limit: limit });
      const page = listSchema.parse(await response.json());
      const keys = page.keys.map(({ name, expiration, metadata }) => ({
        name,
        expiration,
        ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as unknown }),
      }));
      return { keys, cursor: page.cursor };
    },
  };
}

/** The runtime writes UTF-8 into the header, which Node reads as Latin-1. */
const fromHeader = (value: string): string => Buffer.from(value, "latin1").toString("utf8");
