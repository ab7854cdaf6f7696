/** The deployment from beginning to end: read the settings, bundle, look at the account, plan, and only then touch it. */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { type Bundle, bundleWorker, CONTENT_FILE, MAIN_MODULE } from "./bundle.ts";
import { EdgeChat, type ScriptInputs } from "./components/edge-chat.ts";
import { digests, fingerprint } from "./fingerprint.ts";
import {
  liveScriptAfter,
  RECORD_OUTPUT,
  type Recorded,
  readLastDeployment,
  readLiveScript,
  readZones,
} from "./live.ts";
import { MIGRATION_HISTORY } from "./migration-history.ts";
import { rateLimitNamespace } from "./naming.ts";
import { BOUND_CLASSES, planBindings, type ScriptBinding } from "./plan/bindings.ts";
import { changedSecrets, changedSettings, type Flat, fateLine, flatten } from "./plan/changes.ts";
import {
  type LiveScript,
  type MigrationPlan,
  migrationsToRepeat,
  planMigrations,
  tagWord,
} from "./plan/migrations.ts";
import { problemLines } from "./plan/problems.ts";
import { webSocketUrl, zoneIdOf, zonesToFind } from "./plan/routes.ts";
import { readSettings, type Settings } from "./settings.ts";
import { mistakeLines } from "./settings-mistakes.ts";

/** The runtime's behaviour that the Worker is tested with (test/worker/runtime.ts has the same). */
export const COMPATIBILITY_DATE = "2026-08-01";

/** The live tag that a preview showed: set by `npm run up`, so that a deploy in between stops the run. */
const PREVIEWED_TAG = "EDGE_CHAT_PREVIEWED_TAG";

const require = createRequire(import.meta.url);
const providerVersion = (): string =>
  z.object({ version: z.string() }).parse(require("@pulumi/cloudflare/package.json")).version;

const stop = (lines: readonly string[]): never => {
  throw new pulumi.RunError(lines.join("\n"));
};

/** The engine says which settings are secret by an environment variable; the SDK has no public way to ask. */
const secretKeys = (): string[] =>
  z.array(z.string()).parse(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"));

function settingsOfStack(stack: string): Settings {
  const read = readSettings({ stack, values: pulumi.runtime.allConfig(), secretKeys: secretKeys() });
  return read.settings ?? stop(mistakeLines(read.mistakes, stack));
}

function scriptInputs(settings: Settings, bundle: Bundle): ScriptInputs {
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

const bindingsFor = <Id>(settings: Settings, version: string, kvNamespaceId: Id): ScriptBinding<Id>[] =>
  planBindings({
    kvNamespaceId,
    dataset: settings.dataset,
    rateLimitNamespace: rateLimitNamespace(settings.scriptName),
    connectsPerMinute: settings.connectsPerMinute,
    chat: settings.chat,
    version,
    secrets: settings.secrets,
  });

/** The settings that change what is deployed, secrets apart. */
function plainSettings(settings: Settings, version: string): Flat {
  const { secrets: _, url: __, allowDeletedClasses: ___, recreateScript: ____, chat, ...rest } = settings;
  return flatten({ ...chat, ...rest, version });
}

const secretDigests = ({ secrets }: Settings): Flat =>
  Object.fromEntries(
    Object.entries(secrets).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, fingerprint({ name, value })]],
    ),
  );

/** What a preview says beside the engine's own diff. */
function summary(
  plan: MigrationPlan,
  live: LiveScript | undefined,
  last: Recorded | undefined,
  now: Now,
): string {
  const changes = last
    ? [...changedSettings(last.settings, now.settings), ...changedSecrets(last.secrets, now.secrets)]
    : [];
  return [
    `live migration tag: ${tagWord(live)}`,
    ...plan.fates.map(fateLine),
    ...(last === undefined ? [] : changes.length === 0 ? ["no setting changes"] : changes),
  ].join("\n");
}
type Now = Pick<Recorded, "settings" | "secrets">;

/**
 * Plans and registers everything.
 * @returns the stack's outputs
 * @throws RunError that names every mistake of the settings, or every reason why the account may not be touched
 */
export async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const settings = settingsOfStack(stack);
  const { accountId, scriptName } = settings;
  const [bundle, live, last, zones] = await Promise.all([
    bundleWorker(),
    readLiveScript(accountId, scriptName),
    readLastDeployment(),
    readZones(accountId, zonesToFind(settings)),
  ]);

  const history = digests(MIGRATION_HISTORY);
  const plan = planMigrations({
    stack,
    accountId,
    scriptName,
    live,
    last,
    history: MIGRATION_HISTORY,
    digests: history,
    bound: BOUND_CLASSES,
    exported: bundle.exports,
    allowDeletedClasses: settings.allowDeletedClasses,
    recreateScript: settings.recreateScript,
    previewedTag: process.env[PREVIEWED_TAG],
  });
  if (plan.problems.length > 0)
    stop(problemLines(`Nothing was touched in stack ${stack}, because:`, plan.problems));

  const script = scriptInputs(settings, bundle);
  const now: Now = { settings: plainSettings(settings, bundle.sha256), secrets: secretDigests(settings) };
  const run = {
    accountId,
    scriptName,
    providerVersion: providerVersion(),
    fingerprint: fingerprint({ accountId, script, bindings: bindingsFor(settings, bundle.sha256, "") }),
  };
  const migrationsFor = (kvNamespaceId: string) =>
    plan.migrations ?? migrationsToRepeat(last, { ...run, kvNamespaceId, live: live ?? {} });

  if (pulumi.runtime.isDryRun()) await pulumi.log.info(summary(plan, live, last, now));
  if (settings.recreateScript !== undefined && live !== undefined)
    await pulumi.log.warn(
      `recreateScript has done its work, ${scriptName} is there: npm run pulumi -- config rm recreateScript --stack ${stack}`,
    );

  const routes = settings.routes.map((route) => ({ pattern: route.pattern, zoneId: zoneIdOf(route, zones) }));
  const domain = settings.customDomain;
  const chat = new EdgeChat("chat", {
    accountId,
    kvTitle: settings.kvTitle,
    script,
    bindings: (kvNamespaceId) => bindingsFor(settings, bundle.sha256, kvNamespaceId),
    migrations: plan.migrations ?? migrationsFor,
    workersDev: settings.workersDev,
    routes,
    customDomain: domain && { hostname: domain.hostname, zoneId: zoneIdOf(domain, zones) },
    protect: settings.protect,
  });

  const recorded = pulumi
    .all([chat.kvNamespaceId, liveScriptAfter(accountId, scriptName, chat.children)])
    .apply(([kvNamespaceId, after]): string => {
      const migrations = migrationsFor(kvNamespaceId);
      const record: Recorded = { ...run, ...now, history, kvNamespaceId, live: after, migrations };
      return JSON.stringify(record);
    });
  return {
    url: settings.url,
    webSocketUrl: webSocketUrl(settings.url),
    scriptName: chat.scriptName,
    version: bundle.sha256,
    migrationTag: MIGRATION_HISTORY.at(-1)?.tag,
    migrationHistory: history,
    kvNamespaceId: chat.kvNamespaceId,
    dataset: settings.dataset,
    routes: routes.map(({ pattern }) => pattern),
    [RECORD_OUTPUT]: pulumi.secret(recorded),
  };
}
