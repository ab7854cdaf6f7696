/**
 * How a Worker of one workerd reaches KV namespaces that another workerd holds. Loaded by Miniflare, which knows by
 * itself only namespaces of the same process: two processes on one namespace's file break each other. The binding
 * stays a real KV binding; its requests go out over loopback.
 */
interface Options {
  readonly config: { readonly env?: Readonly<Record<string, unknown>> };
}

/** A namespace held elsewhere. */
export const REMOTE_KV = "unsafe:account-kv";
/** All namespaces of this process, by name: for the one that holds them. */
export const KV_OBJECTS = "unsafe:account-kv-objects";

/** Names the namespace of a request. No web page can send it: it would have to ask first, and is not answered. */
export const NAMESPACE_HEADER = "x-account-kv-namespace";

const PLUGIN = { package: import.meta.filename, name: "account-kv" };

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

const serviceName = (id: string): string => `account-kv:${id}`;

/** Read by Miniflare under this name. */
export const plugins = {
  [PLUGIN.name]: {
    getBindings: (options: Options) => [
      ...bindingsOf(options, REMOTE_KV).map(({ name, options: { id } }) => ({
        name,
        kvNamespace: { name: serviceName(id) },
      })),
      ...bindingsOf(options, KV_OBJECTS).map(({ name }) => ({
        name,
        // Miniflare's own names for what stores KV namespaces.
        durableObjectNamespace: { serviceName: "kv:ns", className: "KVNamespaceObject" },
      })),
    ],
    getNodeBindings: () => ({}),
    getServices: ({ options }: { options: Options }) =>
      bindingsOf(options, REMOTE_KV).map(({ options: { id, address } }) => ({
        name: serviceName(id),
        external: { address, http: { injectRequestHeaders: [{ name: NAMESPACE_HEADER, value: id }] } },
      })),
  },
};

function bindingsOf(options: Options, type: string): { name: string; options: RemoteKv }[] {
  return Object.entries(options.config.env ?? {}).flatMap(([name, binding]) => {
    // Made by the two functions above, and by nothing else.
    const made = binding as { readonly type: string; readonly dev: { readonly options: RemoteKv } };
    return made.type === type ? [{ name, options: made.dev.options }] : [];
  });
}
