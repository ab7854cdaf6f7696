import type { DatabaseSync } from "node:sqlite";
import type { Assets } from "../state/assets.ts";
import type { Binding } from "../state/binding.ts";
import { activeDeployment } from "../state/deployments.ts";
import { forwarded, listMoves, type ObjectMove } from "../state/object-moves.ts";
import {
  listObjectNamespaces,
  type ObjectNamespace,
  type OwnedNamespace,
} from "../state/object-namespaces.ts";
import { listScripts, tailConsumersOf } from "../state/scripts.ts";
import { findVersion, type Module, readModules, type Version } from "../state/versions.ts";

/** A Worker as the runtime has to run it: one version of a script, with the script's Durable Object namespaces. */
export interface DeployedWorker {
  readonly name: string;
  readonly mainModule: string;
  readonly modules: readonly Module[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly Binding[];
  readonly namespaces: readonly ObjectNamespace[];
  readonly version: { readonly id: string; readonly tag: string; readonly timestamp: string };
  /** Exported classes: Durable Objects, entrypoints. */
  readonly classes: readonly string[];
  /** False: it has static assets and no code of its own. */
  readonly hasHandlers: boolean;
  readonly assets: Assets | undefined;
  /** Scripts that are told of every event of this one. */
  readonly tailConsumers: readonly string[];
}

/** What the script gives to all its versions. */
export type ScriptContext = Pick<DeployedWorker, "namespaces" | "tailConsumers">;

/** One version of a deployment. */
export interface Share {
  /** 0 to 100. */
  readonly percentage: number;
  readonly worker: DeployedWorker;
}

/** A script as its deployment says: one version, or several that split the traffic. */
export interface DeployedScript {
  readonly name: string;
  readonly shares: readonly Share[];
}

/** Everything the runtime serves at one moment. */
export interface Fleet {
  readonly scripts: readonly DeployedScript[];
}

export function readFleet(db: DatabaseSync): Fleet {
  const namespaces = listObjectNamespaces(db);
  const scripts = listScripts(db).flatMap(({ name, settings }): DeployedScript[] => {
    const context = {
      namespaces: namespaces.filter((namespace) => namespace.script === name),
      tailConsumers: tailConsumersOf(settings),
    };
    const shares = (activeDeployment(db, name)?.shares ?? []).flatMap(
      ({ versionId, percentage }): Share[] => {
        const version = findVersion(db, name, versionId);
        return version === undefined
          ? []
          : [{ percentage, worker: toWorker(version, readModules(db, version.id), context) }];
      },
    );
    return shares.length === 0 ? [] : [{ name, shares }];
  });
  return withForwards({ scripts }, namespaces, listMoves(db));
}

/** Every binding to a class that was renamed or transferred leads to where it is. */
export function withForwards(
  { scripts }: Fleet,
  namespaces: readonly OwnedNamespace[],
  moves: readonly ObjectMove[],
): Fleet {
  const led = (worker: DeployedWorker): DeployedWorker => ({
    ...worker,
    bindings: forwarded(worker.bindings, worker.name, namespaces, moves),
  });
  return {
    scripts: scripts.map(({ name, shares }) => ({
      name,
      shares: shares.map(({ percentage, worker }) => ({ percentage, worker: led(worker) })),
    })),
  };
}

/** The fleet after these namespaces went to another script. */
export function withoutNamespaces({ scripts }: Fleet, gone: readonly OwnedNamespace[]): Fleet {
  const left = (worker: DeployedWorker): DeployedWorker => ({
    ...worker,
    namespaces: worker.namespaces.filter(({ id }) => !gone.some((namespace) => namespace.id === id)),
  });
  return {
    scripts: scripts.map(({ name, shares }) => ({
      name,
      shares: shares.map(({ percentage, worker }) => ({ percentage, worker: left(worker) })),
    })),
  };
}

export function toWorker(
  version: Pick<
    Version,
    | "id"
    | "script"
    | "createdOn"
    | "mainModule"
    | "bindings"
    | "compatibilityDate"
    | "compatibilityFlags"
    | "annotations"
    | "namedHandlers"
    | "handlers"
    | "assets"
  >,
  modules: readonly Module[],
  context: ScriptContext,
): DeployedWorker {
  return {
    name: version.script,
    mainModule: version.mainModule,
    modules,
    compatibilityDate: version.compatibilityDate,
    compatibilityFlags: version.compatibilityFlags,
    bindings: version.bindings,
    ...context,
    version: {
      id: version.id,
      tag: version.annotations["workers/tag"] ?? "",
      timestamp: version.createdOn,
    },
    classes: version.namedHandlers.map((handler) => handler.name),
    hasHandlers: version.handlers.length > 0 || version.namedHandlers.length > 0,
    assets: version.assets,
  };
}

/** The fleet with one script replaced or added. */
export function withScript(fleet: Fleet, script: DeployedScript): Fleet {
  return { scripts: [...fleet.scripts.filter((other) => other.name !== script.name), script] };
}

export function withoutScript(fleet: Fleet, name: string): Fleet {
  return { scripts: fleet.scripts.filter((script) => script.name !== name) };
}
