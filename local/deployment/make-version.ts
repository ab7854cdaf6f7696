/** From an upload to a version: bindings resolved and checked, and the whole thing started once, alone. */
import { createHash } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { toWorker } from "../runtime/deployed-worker.ts";
import { type TrialReport, tryWorker } from "../runtime/trial.ts";
import { OLDEST_COMPATIBILITY_DATE } from "../runtime/worker-options.ts";
import { listKvNamespaces } from "../state/kv-namespaces.ts";
import { listObjectNamespaces } from "../state/object-namespaces.ts";
import { listReachable, type Script } from "../state/scripts.ts";
import {
  findVersion,
  latestVersion,
  type Module,
  nextVersionNumber,
  type Version,
} from "../state/versions.ts";
import { completedManifest } from "./asset-upload.ts";
import { checkReferences, resolveBindings, type Surroundings } from "./bindings.ts";
import type { Metadata } from "./metadata.ts";
import type { Upload } from "./upload-form.ts";

/** Where an upload came from, for the records. */
export interface Origin {
  /** `wrangler`, `terraform`, `api`. */
  readonly source: string;
  readonly keepsSecrets: boolean;
}

/** Throws what Cloudflare answers when the upload cannot become a version. Stores nothing. */
export async function makeVersion(
  cloud: Cloud,
  script: Script,
  upload: Upload,
  origin: Origin,
): Promise<{ version: Version; report: TrialReport }> {
  const { metadata } = upload;
  // Not the deployed one: what is taken over is what was uploaded or put last.
  const previous = latestVersion(cloud.db, script.name);
  const bindingsOf = (versionId: string) => findVersion(cloud.db, script.name, versionId)?.bindings;
  const keep = { types: metadata.keep_bindings ?? undefined, secretsByDefault: origin.keepsSecrets };
  const bindings = resolveBindings(metadata.bindings, previous?.bindings ?? [], keep, bindingsOf);
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
    ...assetsOf(cloud, script, metadata, previous),
  };
  const report = await tryWorker(
    toWorker({ ...draft, handlers: [], namedHandlers: [] }, upload.modules, {
      namespaces: [],
      tailConsumers: [],
    }),
    cloud.dataFolder,
  );
  const version: Version = {
    ...draft,
    number: nextVersionNumber(cloud.db, script.name),
    etag: etagOf(upload.modules),
    migrationTag: metadata.migrations?.new_tag ?? script.migrationTag,
    usageModel: metadata.usage_model ?? "standard",
    ...(metadata.limits ? { limits: metadata.limits } : {}),
    ...(metadata.placement ? { placement: metadata.placement } : {}),
    handlers: [...report.handlers],
    namedHandlers: report.classes.map((className) => ({ name: className, handlers: ["class"] })),
    source: origin.source,
    startupTimeMs: report.startupTimeMs,
  };
  return { version, report };
}

function assetsOf(
  cloud: Cloud,
  script: Script,
  metadata: Metadata,
  previous: Version | undefined,
): Pick<Version, "assets"> {
  const config = metadata.assets?.config ?? {};
  if (metadata.assets?.jwt !== undefined)
    return { assets: { manifest: completedManifest(cloud, script.name, metadata.assets.jwt), config } };
  if (!metadata.keep_assets || previous?.assets === undefined) return {};
  return { assets: { manifest: previous.assets.manifest, config: { ...previous.assets.config, ...config } } };
}

export const surroundings = (cloud: Cloud, script: string): Surroundings => ({
  script,
  kvNamespaceIds: listKvNamespaces(cloud.db).map((namespace) => namespace.id),
  scripts: listReachable(cloud.db).map((other) => other.name),
  objectNamespaces: listObjectNamespaces(cloud.db),
});

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
