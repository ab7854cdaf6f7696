/** Versions that differ from an earlier one in their bindings only. */
import type { Cloud } from "../cloud.ts";
import { latestVersionNotDeployed, noVersions, scriptNotFound } from "../cloudflare-errors.ts";
import type { Binding } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import { activeDeployment, wasDeployed } from "../state/deployments.ts";
import { findScript } from "../state/scripts.ts";
import {
  addVersion,
  findVersion,
  latestVersion,
  nextVersionNumber,
  pruneVersions,
  readModules,
  type Version,
} from "../state/versions.ts";
import { activate, type Deployed, planFor, TRIGGER } from "./activate.ts";
import { checkReferences } from "./bindings.ts";
import { surroundings } from "./make-version.ts";

/** What a change is of: a secret, whose change Cloudflare refuses while newer code waits, or anything else. */
export type Changed = "secret" | "settings";

/** Another set of bindings on the same code, deployed at once: a secret put, a setting changed by hand. */
export const changeBindings = (
  cloud: Cloud,
  name: string,
  source: string,
  changed: Changed,
  change: (bindings: readonly Binding[]) => readonly Binding[],
): Promise<Deployed> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    const current = script?.versionId && findVersion(cloud.db, name, script.versionId);
    if (script === undefined || !current) throw scriptNotFound();
    const split = activeDeployment(cloud.db, name)?.shares.length !== 1;
    if (split || (changed === "secret" && latestVersion(cloud.db, name)?.id !== current.id))
      throw latestVersionNotDeployed();
    const bindings = [...change(current.bindings)];
    checkReferences(bindings, surroundings(cloud, name));
    const version = withBindings(cloud, current, bindings, source, {});
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

/** The same on the latest version, without deploying it. */
export const patchLatestVersion = (
  cloud: Cloud,
  name: string,
  source: string,
  annotations: Readonly<Record<string, string>>,
  change: (bindings: readonly Binding[]) => readonly Binding[],
): Promise<Version> =>
  cloud.exclusively(async () => {
    if (findScript(cloud.db, name) === undefined) throw scriptNotFound();
    const latest = latestVersion(cloud.db, name);
    if (latest === undefined) throw noVersions();
    const bindings = [...change(latest.bindings)];
    checkReferences(bindings, surroundings(cloud, name));
    const version = withBindings(cloud, latest, bindings, source, annotations);
    transaction(cloud.db, () => {
      addVersion(cloud.db, version, readModules(cloud.db, latest.id));
      pruneVersions(cloud.db, name);
    });
    return version;
  });

/** A migration that has been applied with the earlier version is not the new one's. */
const withBindings = (
  cloud: Cloud,
  { migrations, ...version }: Version,
  bindings: readonly Binding[],
  source: string,
  annotations: Readonly<Record<string, string>>,
): Version => ({
  ...version,
  ...(migrations === undefined || wasDeployed(cloud.db, version.id) ? {} : { migrations }),
  bindings: [...bindings],
  id: cloud.uuid(),
  number: nextVersionNumber(cloud.db, version.script),
  createdOn: cloud.now().toISOString(),
  source,
  annotations: { ...annotations, [TRIGGER]: "secret" },
});
