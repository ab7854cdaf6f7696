/** From an upload to a version, and from versions to a deployment. */
import type { Cloud } from "../cloud.ts";
import {
  deploymentInvalid,
  migrationInVersion,
  scriptNotFound,
  versionBeforeMigration,
  versionNotFound,
} from "../cloudflare-errors.ts";
import { transaction } from "../state/database.ts";
import { activeDeployment, mainShare, type VersionShare, wasDeployed } from "../state/deployments.ts";
import { DEFAULT_SETTINGS, findScript, type Script } from "../state/scripts.ts";
import { addVersion, findVersion, pruneVersions, type Version } from "../state/versions.ts";
import { activate, type Deployed, planFor, TRIGGER } from "./activate.ts";
import { checkReferences } from "./bindings.ts";
import { makeVersion, type Origin, surroundings } from "./make-version.ts";
import { checkTailConsumers } from "./script-settings.ts";
import { checkShares } from "./shares.ts";
import type { Upload } from "./upload-form.ts";

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
    checkTailConsumers(cloud, next);
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

/** Of an upload without deployment: scripts refuse it, Workers of the newer API apply it when the version is deployed. */
export type MigrationRule = "refused" | "when deployed";

/** POST of a version: tried and kept, without traffic. */
export const uploadVersion = (
  cloud: Cloud,
  name: string,
  upload: Upload,
  origin: Origin,
  rule: MigrationRule,
): Promise<Version> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    if (script === undefined) throw scriptNotFound();
    const { migrations } = upload.metadata;
    if (migrations && rule === "refused") throw migrationInVersion();
    const { version: made, report } = await makeVersion(cloud, script, upload, origin);
    const version: Version = migrations ? { ...made, migrations } : made;
    // What a migration meets is known only once the version is deployed.
    if (!migrations) planFor(cloud, script, version.bindings, report.classes, undefined);
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
    const planned = shares.map(({ versionId }) => {
      const version = findVersion(cloud.db, name, versionId);
      if (version === undefined) throw versionNotFound();
      const pending = wasDeployed(cloud.db, versionId) ? undefined : version.migrations;
      if (pending !== undefined && shares.length > 1)
        throw deploymentInvalid(`version '${versionId}' has a migration: it must get all the traffic`);
      if (pending === undefined && version.migrationTag !== script.migrationTag)
        throw versionBeforeMigration(versionId, version.migrationTag ?? "", script.migrationTag ?? "");
      checkReferences(version.bindings, surroundings(cloud, name));
      const classes = version.namedHandlers.map((handler) => handler.name);
      return { version, plan: planFor(cloud, script, version.bindings, classes, pending) };
    });
    const versions = planned.map(({ version }) => version);
    const main = planned.find(({ version }) => version.id === mainShare(shares).versionId);
    if (main === undefined) throw versionNotFound();
    return activate(cloud, {
      script,
      version: main.version,
      modules: undefined,
      shares,
      plan: main.plan,
      source,
      annotations: { [TRIGGER]: goesBack(cloud, name, versions) ? "rollback" : "promotion", ...annotations },
    });
  });

export const draftScript = (cloud: Cloud, name: string): Script => {
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
