import * as z from "zod";
import { type Bundle, MAIN_MODULE } from "../../infra/bundle.ts";
import type { ScriptBinding } from "../../infra/plan/bindings.ts";
import { shortVersion } from "../../infra/plan/releases.ts";
import { scriptBindings, scriptInputs } from "../../infra/script-inputs.ts";
import type { Settings } from "../../infra/settings.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";

const Version = z.object({ id: z.string() });

/** A binding as the API takes it: other names than the provider's, and JSON as a value. */
export function apiBinding(binding: ScriptBinding<string>): Record<string, unknown> {
  const { name, type, className, namespaceId, dataset, simple, json, text } = binding;
  return {
    name,
    type,
    ...(className === undefined ? {} : { class_name: className }),
    ...(namespaceId === undefined ? {} : { namespace_id: namespaceId }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(simple === undefined ? {} : { simple }),
    ...(json === undefined ? {} : { json: JSON.parse(json) }),
    ...(text === undefined ? {} : { text }),
  };
}

/**
 * Uploads what `up` is about to deploy, from the same inputs, as a version without traffic.
 *
 * @returns its id.
 * @see https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/versions/
 */
export async function uploadVersion(
  api: CloudflareApi,
  settings: Settings,
  bundle: Bundle,
  kvNamespaceId: string,
): Promise<string> {
  const script = scriptInputs(settings, bundle);
  const form = new FormData();
  const metadata = {
    main_module: script.mainModule,
    compatibility_date: script.compatibilityDate,
    compatibility_flags: script.compatibilityFlags,
    bindings: scriptBindings(settings, bundle, kvNamespaceId).map(apiBinding),
    annotations: { "workers/message": `edge-chat ${shortVersion(bundle.sha256)}, for a gradual release` },
  };
  form.set("metadata", new File([JSON.stringify(metadata)], "metadata", { type: "application/json" }));
  form.set(MAIN_MODULE, new File([bundle.contents], MAIN_MODULE, { type: "application/javascript+module" }));
  const place = `/accounts/${settings.accountId}/workers/scripts/${settings.scriptName}/versions`;
  return (await api.send("POST", place, form, Version)).id;
}
