/**
 * The binding that a Worker has of a dataset: `writeDataPoint` returns nothing and refuses at once, like Cloudflare's.
 * The runtime's own one drops every point; a service binding would return a promise. This is a plugin of Miniflare,
 * which loads it by its path: it can make bindings that run code inside the Worker.
 */
import { fileURLToPath } from "node:url";
import { MAX_BLOB_BYTES, MAX_INDEX_BYTES, MAX_INDEXES, MAX_VALUES } from "./limits.ts";

const PLUGIN = "local-analytics";
const BINDING_TYPE = "unsafe:local-analytics-dataset" as const;
const MODULE = "local-analytics:dataset";

/** Where points go: an entrypoint of another Worker with the method `writeDataPoint`. */
export interface PointTarget {
  readonly workerName: string;
  readonly entrypoint: string;
  readonly props: Readonly<Record<string, string>>;
}

export const datasetBinding = ({ workerName, entrypoint, props }: PointTarget) => ({
  type: BINDING_TYPE,
  dev: {
    plugin: { package: fileURLToPath(import.meta.url), name: PLUGIN },
    options: { workerName, entrypoint, props },
  },
});

/** Texts of the runtime's source, its stray parenthesis included. `waitUntil` keeps the call alive, as the edge does. */
const SOURCE = `import runtime from "cloudflare-internal:workers";
const encoder = new TextEncoder(), decoder = new TextDecoder();
const refuse = (why) => { throw new TypeError("writeDataPoint(): " + why); };
const text = (value) => value === null || value === undefined ? null
  : value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? decoder.decode(value) : String(value);
const size = (value) => value === null ? 0 : encoder.encode(value).byteLength;
const list = (value, name) => value === undefined || value === null ? []
  : Array.isArray(value) ? value : refuse("'" + name + "' is not of type array.");
class Dataset {
  #target;
  constructor(target) { this.#target = target; }
  writeDataPoint(point) {
    const indexes = list(point?.indexes, "indexes").map(text);
    const blobs = list(point?.blobs, "blobs").map(text);
    const doubles = list(point?.doubles, "doubles").map(Number);
    if (indexes.length > ${MAX_INDEXES}) refuse("Maximum of ${MAX_INDEXES} indexes supported.");
    if (indexes.some((index) => size(index) > ${MAX_INDEX_BYTES})) refuse("Size of indexes[0] exceeds ${MAX_INDEX_BYTES} bytes).");
    if (blobs.length > ${MAX_VALUES}) refuse("Maximum of ${MAX_VALUES} blobs supported.");
    if (blobs.reduce((sum, blob) => sum + size(blob), 0) > ${MAX_BLOB_BYTES}) refuse("Cumulative size of blobs exceeds ${MAX_BLOB_BYTES} bytes).");
    if (doubles.length > ${MAX_VALUES}) refuse("Maximum of ${MAX_VALUES} doubles supported.");
    runtime.waitUntil(this.#target.writeDataPoint({ indexes, blobs, doubles }).catch(() => undefined));
  }
}
export default (env) => new Dataset(env.target);`;

interface Binding {
  readonly type: string;
  readonly dev?: { readonly options?: PointTarget };
}
interface WorkerOptions {
  readonly config: { readonly env?: Readonly<Record<string, Binding>> };
}

const ours = (options: WorkerOptions): [string, PointTarget][] =>
  Object.entries(options.config.env ?? {}).flatMap(([name, { type, dev }]): [string, PointTarget][] =>
    type === BINDING_TYPE && dev?.options !== undefined ? [[name, dev.options]] : [],
  );

/** By the name that Miniflare asks for. */
export const plugins = {
  [PLUGIN]: {
    bindingTypeDescription: "Analytics Engine dataset of the local account",
    getBindings: (options: WorkerOptions) =>
      ours(options).map(([name, { workerName, entrypoint, props }]) => ({
        name,
        wrapped: {
          moduleName: MODULE,
          innerBindings: [
            {
              name: "target",
              service: {
                name: `core:user:${workerName}`,
                entrypoint,
                props: { json: JSON.stringify(props) },
              },
            },
          ],
        },
      })),
    getNodeBindings: () => ({}),
    getServices: () => [],
    getExtensions: ({ options }: { readonly options: readonly WorkerOptions[] }) =>
      options.some((worker) => ours(worker).length > 0)
        ? [{ modules: [{ name: MODULE, esModule: SOURCE, internal: true }] }]
        : [],
  },
};
