/**
 * From an upload to what runs. The order makes it survive a kill at any point: trial start, plan, runtime, and last,
 * in one transaction, the state. Until that transaction the previous deployment is what the next start serves.
 */
import { createHash } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { migrationInVersion, scriptNotFound, versionNotFound } from "../cloudflare-errors.ts";
import { type DeployedWorker, readFleet, withWorker } from "../runtime/deployed-worker.ts";
import { removeObjectData } from "../runtime/object-data.ts";
import { type TrialReport, tryWorker } from "../runtime/trial.ts";
import { OLDEST_COMPATIBILITY_DATE } from "../runtime/worker-options.ts";
import type { Binding } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import { addDeployment } from "../state/deployments.ts";
import { listKvNamespaces } from "../state/kv-namespaces.ts";
import { type MigrationPlan, type Migrations, planMigration } from "../state/migrations.ts";
import { listObjectNamespaces, namespacesOf, replaceNamespaces } from "../state/object-namespaces.ts";
import { DEFAULT_SETTINGS, findScript, listScripts, type Script, saveScript } from "../state/scripts.ts";
import {
  addVersion,
  findVersion,
  type Module,
  nextVersionNumber,
  pruneVersions,
  readModules,
  type Version,
} from "../state/versions.ts";
import { checkReferences, ownClasses, resolveBindings } from "./bindings.ts";
import type { Upload } from "./upload-form.ts";

/** Where an upload came from, for the records. */
export interface Origin {
  /** `wrangler`, `terraform`, `api`. */
  readonly source: string;
  readonly keepsSecrets: boolean;
}

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
    return activate(cloud, next, version, upload.modules, plan, origin.source);
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
      pruneVersions(cloud.db, name, script.versionId);
    });
    return version;
  });

/** POST of a deployment: a version that exists takes all traffic. */
export const deployVersion = (
  cloud: Cloud,
  name: string,
  versionId: string,
  source: string,
  annotations: Readonly<Record<string, string>>,
): Promise<Deployed> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    if (script === undefined) throw scriptNotFound();
    const version = findVersion(cloud.db, name, versionId);
    if (version === undefined) throw versionNotFound();
    const classes = version.namedHandlers.map((handler) => handler.name);
    const plan = planFor(cloud, script, version.bindings, classes, undefined);
    return activate(cloud, script, version, undefined, plan, source, annotations);
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
    const bindings = [...change(current.bindings)];
    checkReferences(bindings, surroundings(cloud, name));
    const version: Version = {
      ...current,
      bindings,
      id: cloud.uuid(),
      number: nextVersionNumber(cloud.db, name),
      createdOn: cloud.now().toISOString(),
      source,
      annotations: { "workers/triggered_by": "secret" },
    };
    const classes = version.namedHandlers.map((handler) => handler.name);
    const plan = planFor(cloud, script, bindings, classes, undefined);
    return activate(cloud, script, version, readModules(cloud.db, current.id), plan, source);
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

const surroundings = (cloud: Cloud, script: string) => ({
  script,
  kvNamespaceIds: listKvNamespaces(cloud.db).map((namespace) => namespace.id),
  scripts: listScripts(cloud.db).map((other) => other.name),
  objectNamespaces: listObjectNamespaces(cloud.db),
});

async function makeVersion(
  cloud: Cloud,
  script: Script,
  upload: Upload,
  origin: Origin,
): Promise<{ version: Version; report: TrialReport }> {
  const { metadata } = upload;
  const previous =
    script.versionId === undefined ? undefined : findVersion(cloud.db, script.name, script.versionId);
  const bindings = resolveBindings(metadata.bindings, previous?.bindings ?? [], {
    types: metadata.keep_bindings ?? undefined,
    secretsByDefault: origin.keepsSecrets,
  });
  checkReferences(bindings, surroundings(cloud, script.name));
  const createdOn = cloud.now().toISOString();
  const draft = {
    id: cloud.uuid(),
    script: script.name,
    createdOn,
    mainModule: upload.mainModule,
    bindings,
    compatibilityDate: metadata.compatibility_date || OLDEST_COMPATIBILITY_DATE,
    compatibilityFlags: metadata.compatibility_flags ?? [],
    annotations: annotationsOf(metadata.annotations ?? {}),
  };
  const report = await tryWorker(toWorker(draft, upload.modules, []), cloud.dataFolder);
  const version: Version = {
    ...draft,
    number: nextVersionNumber(cloud.db, script.name),
    etag: etagOf(upload.modules),
    usageModel: metadata.usage_model ?? "standard",
    ...(metadata.limits ? { limits: metadata.limits } : {}),
    handlers: [...report.handlers],
    namedHandlers: report.classes.map((className) => ({ name: className, handlers: ["class"] })),
    source: origin.source,
    startupTimeMs: report.startupTimeMs,
  };
  return { version, report };
}

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

/** `modules` undefined: the version is stored already. */
async function activate(
  cloud: Cloud,
  script: Script,
  version: Version,
  modules: readonly Module[] | undefined,
  plan: MigrationPlan,
  source: string,
  annotations: Readonly<Record<string, string>> = {},
): Promise<Deployed> {
  const worker = toWorker(version, modules ?? readModules(cloud.db, version.id), plan.namespaces);
  const kvNamespaceIds = listKvNamespaces(cloud.db).map((namespace) => namespace.id);
  await cloud.runtime.change((fleet) => ({ ...withWorker(fleet, worker), kvNamespaceIds }));
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
        versionId: version.id,
        source,
        annotations: { "workers/triggered_by": "deployment", ...annotations },
      });
      pruneVersions(cloud.db, script.name, version.id);
    });
  } catch (error) {
    await cloud.runtime.change(() => readFleet(cloud.db));
    throw error;
  }
  for (const namespace of plan.deleted) removeObjectData(cloud.dataFolder, namespace.id);
  return { script: next, version };
}

function toWorker(
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
  >,
  modules: readonly Module[],
  namespaces: DeployedWorker["namespaces"],
): DeployedWorker {
  return {
    name: version.script,
    mainModule: version.mainModule,
    modules,
    compatibilityDate: version.compatibilityDate,
    compatibilityFlags: version.compatibilityFlags,
    bindings: version.bindings,
    namespaces,
    version: {
      id: version.id,
      tag: version.annotations["workers/tag"] ?? "",
      timestamp: version.createdOn,
    },
  };
}

const annotationsOf = (
  given: Readonly<Record<string, string | null | undefined>>,
): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value ? [[key, value]] : []))),
  "workers/triggered_by": "upload",
});

function etagOf(modules: readonly Module[]): string {
  const hash = createHash("sha256");
  for (const module of modules) hash.update(module.name).update("\0").update(module.contents);
  return hash.digest("hex");
}
