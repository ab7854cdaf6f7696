/** The deployment from beginning to end: read the settings, bundle, look at the account, plan, and only then touch it. */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { bundleWorker } from "./bundle.ts";
import { EdgeChat } from "./components/edge-chat.ts";
import { digests } from "./fingerprint.ts";
import {
  liveScriptAfter,
  RECORD_OUTPUT,
  type Recorded,
  readLastDeployment,
  readLiveScript,
  readZones,
} from "./live.ts";
import { MIGRATION_HISTORY } from "./migration-history.ts";
import { BOUND_CLASSES } from "./plan/bindings.ts";
import { migrationsToRepeat, planMigrations } from "./plan/migrations.ts";
import { problemLines } from "./plan/problems.ts";
import { webSocketUrl, zoneIdOf, zonesToFind } from "./plan/routes.ts";
import { runInWords } from "./plan/run-in-words.ts";
import {
  plainSettings,
  scriptBindings,
  scriptFingerprint,
  scriptInputs,
  secretDigests,
} from "./script-inputs.ts";
import { readSettings, type Settings } from "./settings.ts";
import { mistakeLines } from "./settings-mistakes.ts";

/** The live tag that a preview showed: set by `npm run up`, so that a deploy in between stops the run. */
const PREVIEWED_TAG = "EDGE_CHAT_PREVIEWED_TAG";

const stop = (lines: readonly string[]): never => {
  throw new pulumi.RunError(lines.join("\n"));
};

const providerVersion = (): string =>
  z.object({ version: z.string() }).parse(createRequire(import.meta.url)("@pulumi/cloudflare/package.json"))
    .version;

function settingsOfStack(stack: string): Settings {
  // The engine says which settings are secret by this variable; the SDK has no public way to ask.
  const secretKeys = z.array(z.string()).parse(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]"));
  const read = readSettings({ stack, values: pulumi.runtime.allConfig(), secretKeys });
  return read.settings ?? stop(mistakeLines(read.mistakes, stack));
}

/**
 * Plans and registers everything.
 * @returns the stack's outputs
 * @throws RunError that names every mistake of the settings, or every reason why the account may not be touched
 */
export async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const settings = settingsOfStack(stack);
  const { accountId, scriptName, customDomain, recreateScript } = settings;
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
    recreateScript,
    previewedTag: process.env[PREVIEWED_TAG],
  });
  if (plan.problems.length > 0)
    stop(problemLines(`Nothing was touched in stack ${stack}, because:`, plan.problems));

  const deployed = { settings: plainSettings(settings, bundle), secrets: secretDigests(settings) };
  if (pulumi.runtime.isDryRun()) await pulumi.log.info(runInWords(plan, live, last, deployed).join("\n"));
  if (recreateScript !== undefined && live !== undefined)
    await pulumi.log.warn(
      `recreateScript has done its work: npm run pulumi -- config rm recreateScript --stack ${stack}`,
    );

  const run = {
    accountId,
    scriptName,
    providerVersion: providerVersion(),
    fingerprint: scriptFingerprint(settings, bundle),
  };
  const migrationsFor = (kvNamespaceId: string) =>
    plan.migrations ?? migrationsToRepeat(last, { ...run, kvNamespaceId, live: live ?? {} });
  const routes = settings.routes.map((route) => ({ pattern: route.pattern, zoneId: zoneIdOf(route, zones) }));
  const chat = new EdgeChat("chat", {
    accountId,
    kvTitle: settings.kvTitle,
    script: scriptInputs(settings, bundle),
    bindings: (kvNamespaceId) => scriptBindings(settings, bundle, kvNamespaceId),
    migrations: plan.migrations ?? migrationsFor,
    workersDev: settings.workersDev,
    routes,
    customDomain: customDomain && { hostname: customDomain.hostname, zoneId: zoneIdOf(customDomain, zones) },
    protect: settings.protect,
  });

  const record = pulumi
    .all([chat.kvNamespaceId, liveScriptAfter(accountId, scriptName, chat.children)])
    .apply(([kvNamespaceId, after]): string => {
      const migrations = migrationsFor(kvNamespaceId);
      const recorded: Recorded = { ...run, ...deployed, history, kvNamespaceId, live: after, migrations };
      return JSON.stringify(recorded);
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
    [RECORD_OUTPUT]: pulumi.secret(record),
  };
}
