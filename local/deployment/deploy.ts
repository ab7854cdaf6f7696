/**
 * From an upload to what runs. The order makes it survive a kill at any point: trial start, plan, runtime, and last,
 * in one transaction, the state. Until that transaction the previous deployment is what the next start serves.
 */
import type { Cloud } from "../cloud.ts";
import {
  latestVersionNotDeployed,
  migrationInVersion,
  scriptNotFound,
  versionBeforeMigration,
  versionNotFound,
} from "../cloudflare-errors.ts";
import { removeObjectData } from "../runtime/data-folders.ts";
import { type DeployedScript, readFleet, toWorker, withScript } from "../runtime/deployed-worker.ts";
import type { Binding } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import { activeDeployment, addDeployment, mainShare, type VersionShare } from "../state/deployments.ts";
import { type MigrationPlan, type Migrations, planMigration } from "../state/migrations.ts";
import { namespacesOf, replaceNamespaces } from "../state/object-namespaces.ts";
import { DEFAULT_SETTINGS, findScript, type Script, saveScript } from "../state/scripts.ts";
import {
  addVersion,
  findVersion,
  type Module,
  nextVersionNumber,
  pruneVersions,
  readModules,
  type Version,
} from "../state/versions.ts";
import { checkReferences, ownClasses } from "./bindings.ts";
import { makeVersion, type Origin, surroundings } from "./make-version.ts";
import { checkShares } from "./shares.ts";
import type { Upload } from "./upload-form.ts";

export interface Deployed {
  readonly script: Script;
  readonly version: Version;
}

/** PUT of a script: a new version that takes all traffic at once, migrations included. */
export const uploadScript = (cloud: Cloud, name: string, upload: Upload, origin: Origin): Promise<Deployed> =>
  cloud.exclusively(async () => {
    const { metadata } = upload;
    const script = findScript(cloud.db, name) ?? draftScript(cloud, name);
    const { version, report } = await makeVersion(cloud, script, upload, origin);
    const plan = planFor(cloud, script, version.bindings, report.classes, metadata.migrations ?? undefined);
    const next: Script = {
      ...script,
      settings: {
        tags: metadata.tags ?? script.settings.tags,
        logpush: metadata.logpush ?? false,
        observability: metadata.observability ?? null,
        tail_consumers: metadata.tail_consumers ?? null,
      },
    };
    return activate(cloud, {
      script: next,
      version,
      modules: upload.modules,
      shares: [{ versionId: version.id, percentage: 100 }],
      plan,
      source: origin.source,
      annotations: { ...messageOf(version), [TRIGGER]: "upload" },
    });
  });

/** POST of a version: tried and kept, without traffic. */
export const uploadVersion = (cloud: Cloud, name: string, upload: Upload, origin: Origin): Promise<Version> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    if (script === undefined) throw scriptNotFound();
    if (upload.metadata.migrations) throw migrationInVersion();
    const { version, report } = await makeVersion(cloud, script, upload, origin);
    planFor(cloud, script, version.bindings, report.classes, undefined);
    transaction(cloud.db, () => {
      addVersion(cloud.db, version, upload.modules);
      pruneVersions(cloud.db, name);
    });
    return version;
  });

/** POST of a deployment: versions that exist take the traffic by their shares. */
export const deployVersions = (
  cloud: Cloud,
  name: string,
  shares: readonly VersionShare[],
  source: string,
  annotations: Readonly<Record<string, string>>,
): Promise<Deployed> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    if (script === undefined) throw scriptNotFound();
    checkShares(shares);
    const versions = shares.map(({ versionId }) => {
      const version = findVersion(cloud.db, name, versionId);
      if (version === undefined) throw versionNotFound();
      if (version.migrationTag !== script.migrationTag)
        throw versionBeforeMigration(versionId, version.migrationTag ?? "", script.migrationTag ?? "");
      checkReferences(version.bindings, surroundings(cloud, name));
      const classes = version.namedHandlers.map((handler) => handler.name);
      planFor(cloud, script, version.bindings, classes, undefined);
      return version;
    });
    const main = versions.find(({ id }) => id === mainShare(shares).versionId);
    if (main === undefined) throw versionNotFound();
    const plan = planFor(
      cloud,
      script,
      main.bindings,
      main.namedHandlers.map((handler) => handler.name),
      undefined,
    );
    return activate(cloud, {
      script,
      version: main,
      modules: undefined,
      shares,
      plan,
      source,
      annotations: { [TRIGGER]: goesBack(cloud, name, versions) ? "rollback" : "promotion", ...annotations },
    });
  });

/** Another set of bindings on the same code: a secret put, a setting changed by hand. */
export const changeBindings = (
  cloud: Cloud,
  name: string,
  source: string,
  change: (bindings: readonly Binding[]) => readonly Binding[],
): Promise<Deployed> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    const current = script?.versionId && findVersion(cloud.db, name, script.versionId);
    if (script === undefined || !current) throw scriptNotFound();
    // A change would end a split that somebody watches: Cloudflare refuses it.
    if (activeDeployment(cloud.db, name)?.shares.length !== 1) throw latestVersionNotDeployed();
    const bindings = [...change(current.bindings)];
    checkReferences(bindings, surroundings(cloud, name));
    const version: Version = {
      ...current,
      bindings,
      id: cloud.uuid(),
      number: nextVersionNumber(cloud.db, name),
      createdOn: cloud.now().toISOString(),
      source,
      annotations: { [TRIGGER]: "secret" },
    };
    const classes = version.namedHandlers.map((handler) => handler.name);
    const plan = planFor(cloud, script, bindings, classes, undefined);
    return activate(cloud, {
      script,
      version,
      modules: readModules(cloud.db, current.id),
      shares: [{ versionId: version.id, percentage: 100 }],
      plan,
      source,
      annotations: { [TRIGGER]: "secret" },
    });
  });

const draftScript = (cloud: Cloud, name: string): Script => {
  const now = cloud.now().toISOString();
  return {
    name,
    tag: cloud.hexId(),
    createdOn: now,
    modifiedOn: now,
    migrationTag: undefined,
    versionId: undefined,
    settings: DEFAULT_SETTINGS,
    schedules: [],
    subdomainEnabled: false,
    previewsEnabled: false,
    lastDeployedFrom: "api",
  };
};

const planFor = (
  cloud: Cloud,
  script: Script,
  bindings: readonly Binding[],
  exportedClasses: readonly string[],
  request: Migrations | undefined,
): MigrationPlan =>
  planMigration({
    tag: script.migrationTag,
    namespaces: namespacesOf(cloud.db, script.name),
    request,
    exportedClasses,
    boundClasses: ownClasses(bindings, script.name),
    newId: cloud.hexId,
  });

const TRIGGER = "workers/triggered_by";
const MESSAGE = "workers/message";

const messageOf = (version: Version): Record<string, string> => {
  const message = version.annotations[MESSAGE];
  return message === undefined ? {} : { [MESSAGE]: message };
};

/** One version takes over from a newer one. */
function goesBack(cloud: Cloud, script: string, versions: readonly Version[]): boolean {
  const [only] = versions;
  const live = activeDeployment(cloud.db, script)?.shares ?? [];
  const newest = Math.max(
    ...live.map(({ versionId }) => findVersion(cloud.db, script, versionId)?.number ?? 0),
  );
  return versions.length === 1 && only !== undefined && only.number < newest;
}

interface Activation {
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

async function activate(cloud: Cloud, activation: Activation): Promise<Deployed> {
  const { script, version, modules, shares, plan, source, annotations } = activation;
  const deployed: DeployedScript = {
    name: script.name,
    shares: shares.map(({ versionId, percentage }) => {
      const shared = versionId === version.id ? version : findVersion(cloud.db, script.name, versionId);
      if (shared === undefined) throw versionNotFound();
      const code = (shared === version ? modules : undefined) ?? readModules(cloud.db, shared.id);
      return { percentage, worker: toWorker(shared, code, plan.namespaces) };
    }),
  };
  await cloud.runtime.change((fleet) => withScript(fleet, deployed));
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
      replaceNamespaces(cloud.db, script.name, plan.namespaces);
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
