import type { DatabaseSync } from "node:sqlite";
import type { Binding } from "../state/binding.ts";
import { listKvNamespaces } from "../state/kv-namespaces.ts";
import { listObjectNamespaces, type ObjectNamespace } from "../state/object-namespaces.ts";
import { listScripts } from "../state/scripts.ts";
import { findVersion, type Module, readModules } from "../state/versions.ts";

/** A Worker as the runtime has to run it: the deployed version of a script, with its own Durable Object namespaces. */
export interface DeployedWorker {
  readonly name: string;
  readonly mainModule: string;
  readonly modules: readonly Module[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly Binding[];
  readonly namespaces: readonly ObjectNamespace[];
  readonly version: { readonly id: string; readonly tag: string; readonly timestamp: string };
}

/** Everything the runtime serves at one moment. */
export interface Fleet {
  readonly workers: readonly DeployedWorker[];
  readonly kvNamespaceIds: readonly string[];
}

export function readFleet(db: DatabaseSync): Fleet {
  const namespaces = listObjectNamespaces(db);
  const workers = listScripts(db).flatMap((script): DeployedWorker[] => {
    const version =
      script.versionId === undefined ? undefined : findVersion(db, script.name, script.versionId);
    if (version === undefined) return [];
    return [
      {
        name: script.name,
        mainModule: version.mainModule,
        modules: readModules(db, version.id),
        compatibilityDate: version.compatibilityDate,
        compatibilityFlags: version.compatibilityFlags,
        bindings: version.bindings,
        namespaces: namespaces.filter((namespace) => namespace.script === script.name),
        version: {
          id: version.id,
          tag: version.annotations["workers/tag"] ?? "",
          timestamp: version.createdOn,
        },
      },
    ];
  });
  return { workers, kvNamespaceIds: listKvNamespaces(db).map((namespace) => namespace.id) };
}

/** The fleet with one Worker replaced or added. */
export function withWorker(fleet: Fleet, worker: DeployedWorker): Fleet {
  return { ...fleet, workers: [...fleet.workers.filter((other) => other.name !== worker.name), worker] };
}

export function withoutWorker(fleet: Fleet, name: string): Fleet {
  return { ...fleet, workers: fleet.workers.filter((worker) => worker.name !== name) };
}
