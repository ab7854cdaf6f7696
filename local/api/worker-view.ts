/** A Worker and its versions as the newer part of Cloudflare's API shows them. */
import type { Cloud } from "../cloud.ts";
import { canBePreviewed } from "../deployment/preview.ts";
import { boundScripts } from "../state/binding.ts";
import { activeDeployment } from "../state/deployments.ts";
import { listObjectNamespaces } from "../state/object-namespaces.ts";
import { listDomains } from "../state/routing.ts";
import { listScripts, type Script, type ScriptSettings } from "../state/scripts.ts";
import { type Module, readModules, type Version } from "../state/versions.ts";
import { bindingViews, findLiveScript } from "./script-view.ts";

/** Digits of a version's id in the address of its preview. */
const PREFIX_DIGITS = 8;

export const workerView = (cloud: Cloud, script: Script) => ({
  id: script.tag,
  name: script.name,
  created_on: script.createdOn,
  updated_on: script.modifiedOn,
  deployed_on: activeDeployment(cloud.db, script.name)?.createdOn ?? null,
  logpush: script.settings.logpush,
  observability: completeObservability(script.settings.observability),
  subdomain: {
    enabled: script.subdomainEnabled,
    previews_enabled: script.previewsEnabled,
    preview_url_suffix: `-${script.name}.${cloud.identity.subdomain}.workers.dev`,
  },
  tags: script.settings.tags,
  tail_consumers: (script.settings.tail_consumers ?? []).map((consumer) => ({
    ...consumer,
    name: consumer.name ?? consumer.service,
  })),
  references: referencesOf(cloud, script),
});

/** Unlike a script's, a Worker's observability comes back with every default filled in. */
function completeObservability(given: ScriptSettings["observability"]) {
  if (given === null) return { enabled: false };
  const of = (name: "logs" | "traces") => {
    const part = given[name];
    return typeof part === "object" && part !== null ? part : {};
  };
  const defaults = { enabled: false, head_sampling_rate: 1, persist: true, destinations: [] };
  return {
    head_sampling_rate: 1,
    ...given,
    logs: { ...defaults, invocation_logs: true, ...of("logs") },
    traces: { ...defaults, ...of("traces") },
  };
}

/** Who would miss the Worker. */
function referencesOf(cloud: Cloud, { name }: Script) {
  const own = listObjectNamespaces(cloud.db).filter(({ script }) => script === name);
  const others = listScripts(cloud.db).flatMap((other) => {
    const live = other.name === name ? undefined : findLiveScript(cloud, other.name);
    return live !== undefined && boundScripts(live.version.bindings).includes(name) ? [live] : [];
  });
  return {
    dispatch_namespace_outbounds: [],
    domains: listDomains(cloud.db)
      .filter(({ service }) => service === name)
      .map(({ id, hostname, zoneId, certId }) => ({ id, hostname, zone_id: zoneId, certificate_id: certId })),
    durable_objects: others.flatMap(({ script, version }) =>
      version.bindings.flatMap((binding) => {
        if (binding.type !== "durable_object_namespace" || binding.script_name !== name) return [];
        const namespace = own.find(({ className }) => className === binding.class_name);
        if (namespace === undefined) return [];
        const { id, className } = namespace;
        return [
          {
            namespace_id: id,
            namespace_name: `${name}_${className}`,
            worker_id: script.tag,
            worker_name: script.name,
          },
        ];
      }),
    ),
    queues: [],
    workers: others
      .filter(({ version }) =>
        version.bindings.some((binding) => binding.type === "service" && binding.service === name),
      )
      .map(({ script }) => ({ id: script.tag, name: script.name })),
  };
}

export const workerVersionView = (cloud: Cloud, script: Script, version: Version, withModules: boolean) => ({
  id: version.id,
  number: version.number,
  created_on: version.createdOn,
  source: version.source,
  annotations: version.annotations,
  main_module: version.mainModule,
  compatibility_date: version.compatibilityDate,
  compatibility_flags: version.compatibilityFlags,
  usage_model: version.usageModel,
  ...(version.migrationTag === undefined ? {} : { migration_tag: version.migrationTag }),
  startup_time_ms: version.startupTimeMs,
  bindings: bindingViews(version.bindings, version.script, listObjectNamespaces(cloud.db)),
  urls: canBePreviewed(cloud, script, version) ? [previewUrl(cloud, version)] : [],
  ...(version.limits && { limits: version.limits }),
  ...(version.placement && { placement: version.placement }),
  // The official provider makes a version anew when it does not get back the migration that it sent.
  ...(version.migrations && { migrations: version.migrations }),
  ...(version.assets && { assets: { config: version.assets.config } }),
  ...(withModules && modulesView(readModules(cloud.db, version.id))),
});

const previewUrl = (cloud: Cloud, { id, script }: Version) =>
  `https://${id.slice(0, PREFIX_DIGITS)}-${script}.${cloud.identity.subdomain}.workers.dev`;

const base64 = ({ contents }: Module) => Buffer.from(contents).toString("base64");

const modulesView = (modules: readonly Module[]) => ({
  modules: modules.map((module) => ({
    name: module.name,
    content_type: module.contentType,
    content_base64: base64(module),
  })),
  ...(modules[0] && { main_script_base64: base64(modules[0]) }),
});
