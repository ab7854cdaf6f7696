/** From a deployed Worker to what the runtime wants to be told. Pure. */
import type { MiniflareOptions } from "miniflare";
import { z } from "zod";
import { datasetBinding } from "../analytics/dataset-binding.ts";
import { scriptInvalid, scriptUnsupported } from "../cloudflare-errors.ts";
import type { Binding } from "../state/binding.ts";
import type { Module } from "../state/versions.ts";
import type { DeployedWorker } from "./deployed-worker.ts";
import { ANALYTICS_ENTRYPOINT, ANALYTICS_WORKER, TAIL_WORKER } from "./system-workers.ts";

export type WorkerOptions = MiniflareOptions["workers"][number];
type Config = WorkerOptions["config"];
type Env = NonNullable<Config["env"]>;
type EnvBinding = Env[string];
type Modules = NonNullable<Config["manifest"]>["modules"];
type ModuleType = Modules[string]["type"];

/** Compatibility date of the account's own Workers, and of a script uploaded without one. */
export const SYSTEM_COMPATIBILITY_DATE = "2026-08-01";
export const OLDEST_COMPATIBILITY_DATE = "2021-11-02";

/** Where a Durable Object class lives: the script and the class. */
export interface ObjectTarget {
  readonly workerName: string;
  readonly exportName: string;
}

/** How bindings that point out of the Worker are made: the deployed fleet and the trial differ in this only. */
export interface Targets {
  readonly kv: (binding: Extract<Binding, { type: "kv_namespace" }>) => EnvBinding;
  readonly object: (binding: Extract<Binding, { type: "durable_object_namespace" }>) => ObjectTarget;
  readonly service: (binding: Extract<Binding, { type: "service" }>) => {
    readonly workerName: string;
    readonly exportName?: string;
    readonly props?: Record<string, unknown>;
  };
  /** Undefined: the Worker runs without its assets. */
  readonly assetFolder: ((versionId: string) => string) | undefined;
  readonly assets: (binding: Extract<Binding, { type: "assets" }>) => EnvBinding;
}

/** `name` is the Worker's own in the runtime, where several versions of one script may run. */
export function workerOptions(
  worker: DeployedWorker,
  targets: Targets,
  name: string = worker.name,
  /** Named entrypoints that are reached from outside, each over a socket of its own. */
  openEntrypoints: readonly string[] = [],
): WorkerOptions {
  return {
    config: {
      type: "worker",
      name,
      compatibilityDate: worker.compatibilityDate,
      compatibilityFlags: [...worker.compatibilityFlags],
      manifest: { mainModule: worker.mainModule, modulesRoot: "/", modules: moduleOptions(worker.modules) },
      env: Object.fromEntries(
        worker.bindings.map((binding) => [binding.name, envBinding(binding, worker, targets)]),
      ),
      exports: Object.fromEntries(
        worker.namespaces.map((namespace) => [
          namespace.className,
          {
            type: "durable-object" as const,
            storage: namespace.useSqlite ? ("sqlite" as const) : ("legacy-kv" as const),
            unsafeUniqueKey: namespace.id,
          },
        ]),
      ),
      ...assetOptions(worker, targets),
      tailConsumers: [
        { workerName: TAIL_WORKER, props: { script: worker.name, version: worker.version.id } },
        ...worker.tailConsumers.map((script) =>
          targets.service({ type: "service", name: "", service: script }),
        ),
      ],
    },
    // A socket of its own: requests reach the Worker without the runtime's own entry Worker in between.
    dev: {
      unsafeDirectSockets: [
        { host: "127.0.0.1", port: 0 },
        ...openEntrypoints.map((entrypoint) => ({ host: "127.0.0.1", port: 0, entrypoint })),
      ],
    },
  };
}

function assetOptions(worker: DeployedWorker, targets: Targets): Pick<Config, "assets"> {
  if (worker.assets === undefined || targets.assetFolder === undefined) return {};
  const { html_handling, not_found_handling, run_worker_first } = worker.assets.config;
  return {
    assets: {
      directory: targets.assetFolder(worker.version.id),
      hasUserWorker: worker.hasHandlers,
      ...(html_handling === undefined ? {} : { htmlHandling: html_handling }),
      ...(not_found_handling === undefined ? {} : { notFoundHandling: not_found_handling }),
      ...(run_worker_first === undefined ? {} : { runWorkerFirst: run_worker_first }),
    },
  };
}

function envBinding(binding: Binding, worker: DeployedWorker, targets: Targets): EnvBinding {
  switch (binding.type) {
    case "plain_text":
    case "secret_text":
      return { type: "text", value: binding.text };
    case "json":
      return { type: "json", value: z.json().parse(binding.json) };
    case "kv_namespace":
      return targets.kv(binding);
    case "durable_object_namespace":
      return { type: "durable-object", ...targets.object(binding) };
    case "service":
      return { type: "worker", ...targets.service(binding) };
    case "analytics_engine":
      return datasetBinding({
        workerName: ANALYTICS_WORKER,
        entrypoint: ANALYTICS_ENTRYPOINT,
        props: { dataset: binding.dataset ?? binding.name },
      });
    case "ratelimit":
      return { type: "rate-limit", namespace: binding.namespace_id, simple: binding.simple };
    case "assets":
      return targets.assets(binding);
    case "version_metadata":
      return { type: "json", value: { ...worker.version } };
    default:
      throw scriptUnsupported(`this binding: ${JSON.stringify(binding satisfies never)}`);
  }
}

const MODULE_TYPES: Readonly<Record<string, ModuleType>> = {
  "application/javascript+module": "esm",
  "text/javascript+module": "esm",
  "application/javascript": "cjs",
  "text/javascript": "cjs",
  "application/json": "json",
  "application/wasm": "wasm",
  "application/octet-stream": "data",
  "text/plain": "text",
};

/** Parts that come with an upload and are not code. */
export const SOURCE_MAP_TYPE = "application/source-map";

function moduleOptions(modules: readonly Module[]): Modules {
  const decoder = new TextDecoder();
  return Object.fromEntries(
    modules
      .filter((module) => module.contentType !== SOURCE_MAP_TYPE)
      .map((module) => {
        const mediaType = module.contentType.split(";")[0]?.trim() ?? "";
        const type = MODULE_TYPES[mediaType];
        if (type === undefined)
          throw scriptInvalid(
            `module '${module.name}' has content type '${module.contentType}'; allowed: ${Object.keys(MODULE_TYPES).join(", ")}`,
          );
        const contents =
          type === "wasm" || type === "data" ? module.contents : decoder.decode(module.contents);
        return [module.name, { type, contents }];
      }),
  );
}
