/** From settings and bundle to what the script is deployed with, as plain values. */
import { type Bundle, CONTENT_FILE, MAIN_MODULE } from "./bundle.ts";
import type { ScriptInputs } from "./components/edge-chat.ts";
import { fingerprint } from "./fingerprint.ts";
import { rateLimitNamespace } from "./naming.ts";
import { planBindings, type ScriptBinding } from "./plan/bindings.ts";
import { type Flat, flatten, KEPT } from "./plan/changes.ts";
import type { Settings } from "./settings.ts";

/** The runtime's behaviour that the Worker is tested with (test/worker/runtime.ts has the same). */
export const COMPATIBILITY_DATE = "2026-08-01";

export function scriptInputs(settings: Settings, bundle: Bundle): ScriptInputs {
  return {
    scriptName: settings.scriptName,
    mainModule: MAIN_MODULE,
    contentFile: CONTENT_FILE,
    contentSha256: bundle.sha256,
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [],
    ...(settings.observability.enabled ? { observability: settings.observability } : {}),
  };
}

/** The script's bindings around the id of the namespace: a text, or an Output while it is not made yet. */
export const scriptBindings = <Id>(
  settings: Settings,
  bundle: Bundle,
  kvNamespaceId: Id,
): ScriptBinding<Id>[] =>
  planBindings({
    kvNamespaceId,
    dataset: settings.dataset,
    rateLimitNamespace: rateLimitNamespace(settings.scriptName),
    connectsPerMinute: settings.connectsPerMinute,
    chat: settings.chat,
    version: bundle.sha256,
    secrets: settings.secrets,
    kept: settings.kept,
  });

/** Digest of every input of the script but the namespace and the migrations. Covers secrets, so it is one. */
export const scriptFingerprint = (settings: Settings, bundle: Bundle): string =>
  fingerprint({
    accountId: settings.accountId,
    script: scriptInputs(settings, bundle),
    bindings: scriptBindings(settings, bundle, ""),
  });

/** The settings that change what is deployed, secrets apart: those that only agree to something have no place here. */
export function plainSettings(settings: Settings, bundle: Bundle): Flat {
  const { accountId, scriptName, kvTitle, dataset, chat, connectsPerMinute } = settings;
  const { workersDev, routes, customDomain, observability, protect } = settings;
  return flatten({
    ...chat,
    ...{ accountId, scriptName, kvTitle, dataset, connectsPerMinute },
    ...{ workersDev, routes, customDomain, observability, protect },
    version: bundle.sha256,
  });
}

/** Digests of the secrets that are set, by binding: enough to say that one changes. Kept ones are known by name alone. */
export const secretDigests = ({ secrets, kept }: Settings): Flat =>
  Object.fromEntries([
    ...kept.map((name) => [name, KEPT]),
    ...Object.entries(secrets).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, fingerprint({ name, value })]],
    ),
  ]);
