/** The deployment from beginning to end: read the settings, bundle, look at the account, plan, and only then touch it. */
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { type Bundle, bundleFromText, bundleWorker } from "./bundle.ts";
import { EdgeChat } from "./components/edge-chat.ts";
import { digests } from "./fingerprint.ts";
import { IMPORTS, readImports } from "./imports.ts";
import { keptBundle, providersHttp } from "./kept-bundle.ts";
import {
  liveScriptAfter,
  type Outputs,
  type Recorded,
  readLiveScript,
  readMemory,
  readOutputs,
  readZones,
  recordedIn,
} from "./live.ts";
import { MIGRATION_HISTORY } from "./migration-history.ts";
import { expiryOf } from "./plan/age.ts";
import { BOUND_CLASSES } from "./plan/bindings.ts";
import { keptWithoutScript } from "./plan/kept-secrets.ts";
import { type LiveScript, migrationsToRepeat, planMigrations } from "./plan/migrations.ts";
import { problemLines } from "./plan/problems.ts";
import {
  RECORD_OUTPUT,
  ROLLBACK_VERSION,
  recordAfter,
  rollbackProblems,
  shortVersion,
  type VersionQuestion,
  versionToRun,
} from "./plan/releases.ts";
import { type Home, leftBehind } from "./plan/rooms-address.ts";
import { outsideTheirZone, webSocketUrl, zoneOf, zonesToFind } from "./plan/routes.ts";
import { NOTHING_TO_RECORD, runInWords } from "./plan/run-in-words.ts";
import {
  plainSettings,
  scriptBindings,
  scriptFingerprint,
  scriptInputs,
  secretDigests,
} from "./script-inputs.ts";
import { type Consent, readSettings, type Settings } from "./settings.ts";
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

/** Where the last finished run recorded that rooms live. Each of its settings is kept as JSON. */
const homeOf = ({ settings: { regions, jurisdiction } }: Recorded): Home => ({
  regions: z.array(z.string()).parse(JSON.parse(regions ?? "[]")),
  jurisdiction: jurisdiction === undefined ? undefined : z.string().parse(JSON.parse(jurisdiction)),
});

/** The bundle of the sources, or the kept one of the release that a rollback chose. */
async function bundleToRun(
  built: Bundle,
  question: VersionQuestion,
  { accountId, scriptName }: Settings,
): Promise<Bundle> {
  const version = versionToRun(question);
  if (version === built.sha256) return built;
  if (question.asked === undefined)
    await pulumi.log.warn(
      `The sources are version ${shortVersion(built.sha256)}, which was rolled back: ${shortVersion(version)} stays. ` +
        `Change the code, or bring it back: npm run rollback -- ${pulumi.getStack()} ${shortVersion(built.sha256)}`,
    );
  return bundleFromText(await keptBundle(providersHttp(), { accountId, scriptName }, version));
}

/** Consent to take over or make anew counts once: left in the settings, it would count again on another day. */
function consentThatIsUsedUp(
  { adoptScript, recreateScript }: Consent,
  live: LiveScript | undefined,
  last: Recorded | undefined,
): string[] {
  return [
    ...(recreateScript !== undefined && live !== undefined ? ["recreateScript"] : []),
    ...(adoptScript !== undefined && adoptScript === last?.scriptName ? ["adoptScript"] : []),
  ];
}

/**
 * Plans and registers everything.
 * @returns the stack's outputs
 * @throws RunError that names every mistake of the settings, or every reason why the account may not be touched
 */
export async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const settings = settingsOfStack(stack);
  const { accountId, scriptName, customDomain } = settings;
  const imports = readImports(process.env[IMPORTS]);
  // Whoever takes a script over by its own command agrees to it by that.
  const consent = imports.script ? { ...settings.consent, adoptScript: scriptName } : settings.consent;
  const [built, live, before, memory, zones] = await Promise.all([
    bundleWorker(),
    readLiveScript(accountId, scriptName),
    readOutputs(),
    readMemory(),
    readZones(accountId, zonesToFind(settings)),
  ]);
  const last = recordedIn(before);

  const asked = process.env[ROLLBACK_VERSION] || undefined;
  const newestTag = MIGRATION_HISTORY.at(-1)?.tag ?? "";
  const question: VersionQuestion = { built: built.sha256, asked, newestTag, record: last };
  if (asked !== undefined) {
    const refused = rollbackProblems({ stack, asked, record: last, liveTag: live?.tag, newestTag });
    if (refused.length > 0) stop(problemLines(`Nothing was touched in stack ${stack}, because:`, refused));
  }
  const bundle = await bundleToRun(built, question, settings);

  const history = digests(MIGRATION_HISTORY);
  const plan = planMigrations({
    stack,
    accountId,
    scriptName,
    live,
    last,
    memory,
    history: MIGRATION_HISTORY,
    digests: history,
    bound: BOUND_CLASSES,
    exported: bundle.exports,
    ...consent,
    previewedTag: process.env[PREVIEWED_TAG],
  });
  const problems = [
    ...plan.problems,
    ...leftBehind({
      stack,
      before: last && homeOf(last),
      now: { regions: settings.chat.regions, jurisdiction: settings.chat.jurisdiction },
      allowed: consent.allowLeftRegions,
    }),
    ...outsideTheirZone(settings, zones, stack),
    ...keptWithoutScript(settings.kept, live, stack),
  ];
  if (problems.length > 0) stop(problemLines(`Nothing was touched in stack ${stack}, because:`, problems));

  const deployed = { settings: plainSettings(settings, bundle), secrets: secretDigests(settings) };
  if (pulumi.runtime.isDryRun()) await pulumi.log.info(runInWords(plan, live, last, deployed).join("\n"));
  for (const name of consentThatIsUsedUp(settings.consent, live, last))
    await pulumi.log.warn(`${name} has done its work: npm run pulumi -- config rm ${name} --stack ${stack}`);

  const run = {
    accountId,
    scriptName,
    providerVersion: providerVersion(),
    fingerprint: scriptFingerprint(settings, bundle),
  };
  const migrationsFor = (kvNamespaceId: string) =>
    plan.migrations ?? migrationsToRepeat(last, { ...run, kvNamespaceId, live: live ?? {} });
  const routes = settings.routes.map((route) => ({
    pattern: route.pattern,
    zoneId: zoneOf(route, zones).id,
  }));
  const chat = new EdgeChat("chat", {
    accountId,
    kvTitle: settings.kvTitle,
    script: scriptInputs(settings, bundle),
    bindings: (kvNamespaceId) => scriptBindings(settings, bundle, kvNamespaceId),
    migrations: plan.migrations ?? migrationsFor,
    workersDev: settings.workersDev,
    routes,
    customDomain: customDomain && { hostname: customDomain.hostname, zoneId: zoneOf(customDomain, zones).id },
    zones,
    protect: settings.protect,
    imports,
  });

  const since = last?.since ?? new Date().toISOString();
  const record = pulumi
    .all([chat.kvNamespaceId, liveScriptAfter(accountId, scriptName, chat.children)])
    .apply(([kvNamespaceId, after]): string => {
      const migrations = migrationsFor(kvNamespaceId);
      const releases = recordAfter(question);
      const here = { kvNamespaceId, live: after, migrations, since };
      const recorded: Recorded = { ...run, ...deployed, ...releases, ...here, history };
      return JSON.stringify(recorded);
    });
  const outputs = {
    url: settings.url,
    webSocketUrl: webSocketUrl(settings.url),
    scriptName: chat.scriptName,
    version: bundle.sha256,
    migrationTag: MIGRATION_HISTORY.at(-1)?.tag,
    migrationHistory: history,
    kvNamespaceId: chat.kvNamespaceId,
    dataset: settings.dataset,
    routes: routes.map(({ pattern }) => pattern),
    expires: expiryOf(since, settings.expiresAfterHours),
    [RECORD_OUTPUT]: pulumi.secret(record),
  };
  if (pulumi.runtime.isDryRun()) sayWhenRecorded(outputs, before);
  return outputs;
}

/** Tells `npm run up` that also the outputs, of which secret ones are never shown, are as the state has them. */
function sayWhenRecorded(outputs: Outputs, before: Outputs): void {
  pulumi.output(outputs).apply(async (now) => {
    // What a state holds went through JSON once.
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(now)), before)) await pulumi.log.info(NOTHING_TO_RECORD);
  });
}
