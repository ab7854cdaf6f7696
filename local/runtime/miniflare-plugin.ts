/**
 * Bindings that Miniflare has no words for. It loads this file by its path.
 * KV namespaces: Miniflare knows only those of the same process, and two processes on one namespace's file break each
 * other; here one process holds them, and a Worker of another reaches them through a KV binding over loopback.
 */
interface Options {
  readonly config: { readonly env?: Readonly<Record<string, unknown>> };
}

/** A namespace held elsewhere. */
export const REMOTE_KV = "unsafe:account-kv";
/** All namespaces of this process, by name: for the one that holds them. */
export const KV_OBJECTS = "unsafe:account-kv-objects";

/** A service of this process by its inner name. */
export const INNER_SERVICE = "unsafe:account-service";

/** Names the namespace of a request. No web page can send it: it would have to ask first, and is not answered. */
export const NAMESPACE_HEADER = "x-account-kv-namespace";

const PLUGIN = { package: import.meta.filename, name: "account" };

export interface RemoteKv {
  readonly id: string;
  /** Host and port. */
  readonly address: string;
}

export const remoteKvBinding = (remote: RemoteKv) => ({
  type: REMOTE_KV as `unsafe:${string}`,
  dev: { plugin: PLUGIN, options: { ...remote } },
});

export const kvObjectsBinding = () => ({ type: KV_OBJECTS as `unsafe:${string}`, dev: { plugin: PLUGIN } });

export const innerServiceBinding = (service: string) => ({
  type: INNER_SERVICE as `unsafe:${string}`,
  dev: { plugin: PLUGIN, options: { service } },
});

/** What serves the static assets of a Worker, without the Worker. Miniflare's own name for it. */
export const assetService = (workerName: string): string => `assets:assets-service:${workerName}`;

const remoteService = (id: string): string => `account-kv:${id}`;

/** Read by Miniflare under this name. */
export const plugins = {
  [PLUGIN.name]: {
    getBindings: (options: Options) => [
      ...bindingsOf<RemoteKv>(options, REMOTE_KV).map(({ name, options: { id } }) => ({
        name,
        kvNamespace: { name: remoteService(id) },
      })),
      ...bindingsOf(options, KV_OBJECTS).map(({ name }) => ({
        name,
        // Miniflare's own names for what stores KV namespaces.
        durableObjectNamespace: { serviceName: "kv:ns", className: "KVNamespaceObject" },
      })),
      ...bindingsOf<{ service: string }>(options, INNER_SERVICE).map(({ name, options: { service } }) => ({
        name,
        service: { name: service },
      })),
    ],
    getNodeBindings: () => ({}),
    getServices: ({ options }: { options: Options }) =>
      bindingsOf<RemoteKv>(options, REMOTE_KV).map(({ options: { id, address } }) => ({
        name: remoteService(id),
        external: { address, http: { injectRequestHeaders: [{ name: NAMESPACE_HEADER, value: id }] } },
      })),
  },
};

function bindingsOf<T>(options: Options, type: string): { name: string; options: T }[] {
  return Object.entries(options.config.env ?? {}).flatMap(([name, binding]) => {
    // Made by the functions above, and by nothing else.
    const made = binding as { readonly type: string; readonly dev: { readonly options: T } };
    return made.type === type ? [{ name, options: made.dev.options }] : [];
  });
}
