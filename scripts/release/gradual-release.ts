import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { bundleWorker } from "../../infra/bundle.ts";
import { MIGRATION_HISTORY } from "../../infra/migration-history.ts";
import { shortVersion } from "../../infra/plan/releases.ts";
import { smokeTest } from "../smoke/smoke-test.ts";
import { type SmokeTarget, ticketsOf } from "../smoke/target.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { say } from "../toolchain/steps.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";
import type { RunReport } from "../up/event-log.ts";
import { changesScript, whyAtOnce } from "./gradual-plan.ts";
import { settingsOf } from "./program-settings.ts";
import { markText, ownMark } from "./release-mark.ts";
import { giveBack, rollOut } from "./roll-out.ts";
import { type Deployment, type Share, type Traffic, trafficOf } from "./traffic.ts";
import { uploadVersion } from "./version-upload.ts";

/** A canary that stood its test, while `up` gives it all of the traffic. */
export type Canary = {
  /** `up` failed: the version before gets the traffic back, if the canary still has its share. */
  giveBack(): Promise<void>;
};

/** Between two tests of a step, ms. */
const TEST_EVERY_MS = 15_000;

/** A deployment reaches every machine of the edge within seconds; a canary that does not after this is broken, ms. */
const SPREAD_MS = 60_000;

const Outputs = z.object({ version: z.string().optional(), kvNamespaceId: z.string().optional() });

/** What `up` knows when the plan is agreed to. */
export type Agreed = { api: CloudflareApi; plan: RunReport; liveTag: string };

/**
 * The gradual part of a release, before `up`: the bundle that is about to be deployed gets small shares of the traffic and
 * must stand its tests. Undefined when the stack releases all at once, or there is nothing to try.
 *
 * @throws when a gradual release cannot be (a pending migration), or when it failed and the traffic is back.
 */
export async function releaseGradually(open: OpenStack, agreed: Agreed): Promise<Canary | undefined> {
  const { stack, cli } = open;
  const { api, plan, liveTag } = agreed;
  if (!changesScript(plan.steps)) return undefined;
  const settings = await settingsOf(open);
  const { release } = settings;
  if (release.strategy !== "gradual") return undefined;
  const answer = await cli.quiet(["stack", "output", "--json", "--stack", stack]);
  const { version: running, kvNamespaceId } = Outputs.parse(JSON.parse(answer.stdout || "{}"));
  const bundle = await bundleWorker();
  const newestTag = MIGRATION_HISTORY.at(-1)?.tag;
  const reason = whyAtOnce({ stack, plan: plan.steps, running, built: bundle.sha256, liveTag, newestTag });
  if (reason !== undefined || kvNamespaceId === undefined) {
    say(`  all at once: ${reason ?? "the stack's outputs name no directory of rooms"}`);
    return undefined;
  }

  const traffic = trafficOf(api, settings.scriptName);
  const before = await wholeTraffic(traffic, stack);
  const [{ versionId: from }] = before.shares;
  const to = await uploadVersion(api, settings, bundle, kvNamespaceId);
  const version = shortVersion(bundle.sha256);
  say(`  gradual release of version ${version}: ${[...release.steps, 100].join(" % → ")} %`);
  const mark = markText(ownMark(version, from));
  const target = (percentage: number): SmokeTarget => ({
    url: settings.url,
    version: bundle.sha256,
    ...ticketsOf(settings.chat.access, settings.secrets.TICKET_KEY),
    canary: { scriptName: settings.scriptName, versionId: to, percentage },
  });
  const ours = await stoppable((signal) =>
    rollOut({
      traffic,
      before,
      from,
      to,
      steps: release.steps,
      mark,
      say,
      signal,
      test: async (percentage) =>
        release.smoke ? (await smokeTest(target(percentage), SPREAD_MS)).lines : [],
      bake: (_, test) => bake(release.bakeSeconds * 1000, test, signal),
    }),
  );
  return {
    giveBack: () => giveBack(traffic, ours, from, `${mark} failed`, say),
  };
}

/** The deployment that has all traffic in one version. */
async function wholeTraffic(traffic: Traffic, stack: string): Promise<Deployment & { shares: [Share] }> {
  const deployment = await traffic.current();
  const [only, ...others] = deployment?.shares ?? [];
  if (deployment === undefined || only === undefined || others.length > 0)
    throw new Error(`Somebody else began to deploy stack "${stack}" meanwhile: run the command again.`);
  return { ...deployment, shares: [only] };
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function bake(ms: number, test: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await pause(Math.min(TEST_EVERY_MS, end - Date.now()), undefined, { signal });
    await test();
  }
}

/** Runs work that Ctrl-C ends in order: the traffic goes back first. */
async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(stopping.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
