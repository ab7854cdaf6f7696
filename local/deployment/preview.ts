/** Which versions have a host name of their own, and what runs there. */
import type { Cloud } from "../cloud.ts";
import { versionNotFound } from "../cloudflare-errors.ts";
import type { PreviewedVersion } from "../edge/resolve.ts";
import { toWorker } from "../runtime/deployed-worker.ts";
import { namespacesOf } from "../state/object-namespaces.ts";
import { findScript, type Script } from "../state/scripts.ts";
import { findVersion, listVersions, readModules, type Version } from "../state/versions.ts";

/** Digits of a version's id in its host name. */
const PREFIX_DIGITS = 8;
const PREFIX_LABEL = new RegExp(`^([0-9a-f]{${PREFIX_DIGITS}})-(.+)$`);
export const ALIAS_ANNOTATION = "workers/alias";

/** Cloudflare makes no preview of a script with Durable Objects: whose objects would they be? */
export const hasPreviews = (cloud: Cloud, script: Script): boolean =>
  script.previewsEnabled && namespacesOf(cloud.db, script.name).length === 0;

/** From the label of a host name: `<first digits of the version id>-<script>` or `<alias>-<script>`. */
export function findPreview(cloud: Cloud, label: string): PreviewedVersion | undefined {
  const byId = PREFIX_LABEL.exec(label);
  if (byId?.[1] !== undefined && byId[2] !== undefined) {
    const found = previewable(cloud, byId[2])?.find(({ id }) => id.startsWith(`${byId[1]}-`));
    if (found !== undefined) return { script: found.script, versionId: found.id };
  }
  // Both an alias and a script's name may hold dashes.
  for (let dash = label.indexOf("-"); dash > 0; dash = label.indexOf("-", dash + 1)) {
    const alias = label.slice(0, dash);
    const found = previewable(cloud, label.slice(dash + 1))?.find(
      ({ annotations }) => annotations[ALIAS_ANNOTATION] === alias,
    );
    if (found !== undefined) return { script: found.script, versionId: found.id };
  }
  return undefined;
}

/** A version with a migration has objects as soon as it is deployed. */
export const canBePreviewed = (cloud: Cloud, script: Script, { migrations }: Version): boolean =>
  migrations === undefined && hasPreviews(cloud, script);

/** Newest first: an alias given again moves on. */
function previewable(cloud: Cloud, name: string) {
  const script = findScript(cloud.db, name);
  return script && listVersions(cloud.db, name).filter((version) => canBePreviewed(cloud, script, version));
}

export function previewAddress(cloud: Cloud, { script, versionId }: PreviewedVersion): Promise<URL> {
  const version = findVersion(cloud.db, script, versionId);
  if (version === undefined) throw versionNotFound();
  return cloud.runtime.previewAddress(
    toWorker(version, readModules(cloud.db, version.id), { namespaces: [], tailConsumers: [] }),
  );
}
