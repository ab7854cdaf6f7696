/** From settings and bundle to what the script is deployed with, as plain values. */
import { type Bundle, CONTENT_FILE, MAIN_MODULE } from "./bundle.ts";
import type { ScriptInputs } from "./components/edge-chat.ts";
import { fingerprint } from "./fingerprint.ts";
import { rateLimitNamespace } from "./naming.ts";
import { planBindings, type ScriptBinding } from "./plan/bindings.ts";
import { type Flat, flatten } from "./plan/changes.ts";
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
  });

/** Digest of every input of the script but the namespace and the migrations. Covers secrets, so it is one. */
export const scriptFingerprint = (settings: Settings, bundle: Bundle): string =>
  fingerprint({
    accountId: settings.accountId,
    script: scriptInputs(settings, bundle),
    bindings: scriptBindings(settings, bundle, ""),
  });

/** The settings that change what is deployed: not the secrets, and not what only agrees to something or says how to go on. */
export function plainSettings(settings: Settings, bundle: Bundle): Flat {
  const { secrets: _, url: __, consent: ___, release: ____, chat, ...rest } = settings;
  return flatten({ ...chat, ...rest, version: bundle.sha256 });
}

/** Digests of the secrets that are set, by binding: enough to say that one changes. */
export const secretDigests = ({ secrets }: Settings): Flat =>
  Object.fromEntries(
    Object.entries(secrets).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, fingerprint({ name, value })]],
    ),
  );
