/**
 * Puts versions of a script into service. The order makes it survive a kill at any point: the runtime first, and last, in
 * one transaction, the state. Until that transaction the previous deployment is what the next start serves.
 */
import type { Cloud } from "../cloud.ts";
import { versionNotFound } from "../cloudflare-errors.ts";
import { removeObjectData } from "../runtime/data-folders.ts";
import {
  type DeployedScript,
  readFleet,
  toWorker,
  withForwards,
  withoutNamespaces,
  withScript,
} from "../runtime/deployed-worker.ts";
import type { Binding } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import { addDeployment, type VersionShare } from "../state/deployments.ts";
import { type MigrationPlan, type Migrations, planMigration } from "../state/migrations.ts";
import { addMoves, listMoves, movesOf } from "../state/object-moves.ts";
import {
  listObjectNamespaces,
  namespacesOf,
  type ObjectNamespace,
  removeNamespace,
  replaceNamespaces,
} from "../state/object-namespaces.ts";
import { type Script, saveScript, tailConsumersOf } from "../state/scripts.ts";
import {
  addVersion,
  findVersion,
  type Module,
  pruneVersions,
  readModules,
  type Version,
} from "../state/versions.ts";
import { ownClasses } from "./bindings.ts";

export interface Deployed {
  readonly script: Script;
  readonly version: Version;
}

/** Annotation of versions and deployments: what made them. */
export const TRIGGER = "workers/triggered_by";

export const planFor = (
  cloud: Cloud,
  script: Script,
  bindings: readonly Binding[],
  exportedClasses: readonly string[],
  request: Migrations | undefined,
): MigrationPlan =>
  planMigration({
    tag: script.migrationTag,
    namespaces: namespacesOf(cloud.db, script.name),
    others: listObjectNamespaces(cloud.db).filter((namespace) => namespace.script !== script.name),
    request,
    exportedClasses,
    boundClasses: ownClasses(bindings, script.name),
    newId: cloud.hexId,
  });

export interface Activation {
  readonly script: Script;
  /** The version with most of the traffic. */
  readonly version: Version;
  /** Undefined: the version is stored already. */
  readonly modules: readonly Module[] | undefined;
  readonly shares: readonly VersionShare[];
  readonly plan: MigrationPlan;
  readonly source: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const isIn = (namespaces: readonly ObjectNamespace[], id: string): boolean =>
  namespaces.some((namespace) => namespace.id === id);

export async function activate(cloud: Cloud, activation: Activation): Promise<Deployed> {
  const { script, version, modules, shares, plan, source, annotations } = activation;
  const context = { namespaces: plan.namespaces, tailConsumers: tailConsumersOf(script.settings) };
  const deployed: DeployedScript = {
    name: script.name,
    shares: shares.map(({ versionId, percentage }) => {
      const shared = versionId === version.id ? version : findVersion(cloud.db, script.name, versionId);
      if (shared === undefined) throw versionNotFound();
      const code = (shared === version ? modules : undefined) ?? readModules(cloud.db, shared.id);
      return { percentage, worker: toWorker(shared, code, context) };
    }),
  };
  const before = listObjectNamespaces(cloud.db);
  const moves = movesOf(script.name, before, plan.namespaces);
  const namespaces = [
    ...before.filter(({ id, script: owner }) => owner !== script.name && !isIn(plan.transferred, id)),
    ...plan.namespaces.map((namespace) => ({ ...namespace, script: script.name })),
  ];
  await cloud.runtime.change((fleet) =>
    withForwards(withScript(withoutNamespaces(fleet, plan.transferred), deployed), namespaces, [
      ...moves,
      ...listMoves(cloud.db),
    ]),
  );
  const now = cloud.now().toISOString();
  const next: Script = {
    ...script,
    versionId: version.id,
    migrationTag: plan.tag,
    modifiedOn: now,
    lastDeployedFrom: source,
  };
  try {
    transaction(cloud.db, () => {
      saveScript(cloud.db, next);
      if (modules !== undefined) addVersion(cloud.db, version, modules);
      for (const { id } of plan.transferred) removeNamespace(cloud.db, id);
      replaceNamespaces(cloud.db, script.name, plan.namespaces);
      addMoves(cloud.db, moves);
      addDeployment(cloud.db, {
        id: cloud.uuid(),
        script: script.name,
        createdOn: now,
        shares,
        source,
        annotations,
      });
      pruneVersions(cloud.db, script.name);
    });
  } catch (error) {
    await cloud.runtime.change(() => readFleet(cloud.db));
    throw error;
  }
  for (const namespace of plan.deleted) removeObjectData(cloud.dataFolder, namespace.id);
  return { script: next, version };
}
