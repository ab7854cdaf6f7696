/** A script as the API shows it. Secrets never leave. */
import type { Cloud } from "../cloud.ts";
import { scriptNotFound } from "../cloudflare-errors.ts";
import type { Binding } from "../state/binding.ts";
import type { OwnedNamespace } from "../state/object-namespaces.ts";
import { findScript, type Script } from "../state/scripts.ts";
import { findVersion, type Version } from "../state/versions.ts";

export interface LiveScript {
  readonly script: Script;
  readonly version: Version;
}

/** The script and what it serves. Throws 10007. */
export function requireScript(cloud: Cloud, name: string): LiveScript {
  const live = findLiveScript(cloud, name);
  if (live === undefined) throw scriptNotFound();
  return live;
}

/** The script, also one that has never been deployed. Throws 10007. */
export function requireKnownScript(cloud: Cloud, name: string): Script {
  const script = findScript(cloud.db, name);
  if (script === undefined) throw scriptNotFound();
  return script;
}

export function findLiveScript(cloud: Cloud, name: string): LiveScript | undefined {
  const script = findScript(cloud.db, name);
  if (script?.versionId === undefined) return undefined;
  const version = findVersion(cloud.db, name, script.versionId);
  return version === undefined ? undefined : { script, version };
}

export const scriptView = ({ script, version }: LiveScript) => ({
  id: script.name,
  tag: script.tag,
  tags: script.settings.tags,
  etag: version.etag,
  handlers: version.handlers,
  named_handlers: version.namedHandlers,
  modified_on: script.modifiedOn,
  created_on: script.createdOn,
  ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
  usage_model: version.usageModel,
  compatibility_date: version.compatibilityDate,
  compatibility_flags: version.compatibilityFlags,
  last_deployed_from: script.lastDeployedFrom,
  has_assets: version.assets !== undefined,
  has_modules: true,
  logpush: script.settings.logpush,
  observability: script.settings.observability,
  tail_consumers: script.settings.tail_consumers,
  deployment_id: version.id.replaceAll("-", ""),
});

/** The official provider panics when `placement` is missing, and plans an update when `observability` is not what it sent. */
export const settingsView = ({ script, version }: LiveScript, namespaces: readonly OwnedNamespace[]) => ({
  bindings: bindingViews(version.bindings, script.name, namespaces),
  compatibility_date: version.compatibilityDate,
  compatibility_flags: version.compatibilityFlags,
  usage_model: version.usageModel,
  tags: script.settings.tags,
  logpush: script.settings.logpush,
  tail_consumers: script.settings.tail_consumers ?? [],
  observability: script.settings.observability,
  placement: version.placement ?? {},
  ...(version.limits === undefined ? {} : { limits: version.limits }),
  ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
  annotations: version.annotations,
});

/** By name, as Cloudflare gives them back. */
export function bindingViews(
  bindings: readonly Binding[],
  script: string,
  namespaces: readonly OwnedNamespace[],
): Record<string, unknown>[] {
  return bindings
    .map((binding): Record<string, unknown> => {
      if (binding.type === "secret_text") return { name: binding.name, type: binding.type };
      if (binding.type !== "durable_object_namespace") return { ...binding };
      const owner = binding.script_name ?? script;
      const namespace = namespaces.find(
        (candidate) => candidate.script === owner && candidate.className === binding.class_name,
      );
      return { ...binding, ...(namespace === undefined ? {} : { namespace_id: namespace.id }) };
    })
    .sort((left, right) => (String(left.name) < String(right.name) ? -1 : 1));
}
