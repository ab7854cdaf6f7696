import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { NOTHING_TO_RECORD } from "../../infra/plan/run-in-words.ts";
import { releaseGradually } from "../release/gradual-release.ts";
import { changedBy, proveDeployed } from "../release/proof.ts";
import { trafficOf } from "../release/traffic.ts";
import { settleTraffic } from "../release/unfinished-release.ts";
import { exportedState } from "../stack/exported-state.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { policyFlags } from "../stack/policy-pack.ts";
import { plainSetting, readStackFile } from "../stack/stack-file.ts";
import { say } from "../toolchain/steps.ts";
import { adopt, findUnrecorded, refuseForeignNamespace } from "./adoption.ts";
import { type CloudflareApi, cloudflareApi } from "./cloudflare-api.ts";
import { type RunReport, readEventLog } from "./event-log.ts";
import { SCRIPT_TYPE, showLifecycle } from "./lifecycle.ts";
import { liveScriptName, liveTag } from "./live-tag.ts";
import { readState, remedyFor, unrecorded } from "./recovery.ts";
import { settle } from "./settle.ts";

/** What a deployment may be told. */
export type DeployOptions = {
  /** More flags for the CLI's own `preview` and `up`. */
  flags: readonly string[];
  /** Asked after the plan is shown; false leaves everything as it is. */
  confirm(plan: RunReport): Promise<boolean>;
  /** Gives a change of the code all traffic at once, whatever the stack's `release` says. */
  allAtOnce?: boolean;
  /** Whether a smoke test follows what changed, as the stack's `release` says; false where the caller does it. */
  prove?: boolean;
  /** More environment for the program. */
  environment?: NodeJS.ProcessEnv;
};

/** Each remedy is tried once, so a run that fails for good ends. */
const MOST_ROUNDS = 3;

/**
 * Shows the plan and carries it out, and settles by itself what an earlier run left behind: the lock of a dead
 * process, operations whose end nobody saw, things created but not recorded, an upload whose answer was lost.
 *
 * @returns the exit code: 0 when everything is as the program says, 1 when not, or when `confirm` declined.
 * @throws when another living process holds the stack, something foreign has a name that the chat needs, or what was
 * deployed fails its smoke test.
 */
export async function deploy(open: OpenStack, options: DeployOptions): Promise<number> {
  const { flags, confirm, allAtOnce = false, prove = true, environment = {} } = options;
  const settled = await settle(open);
  const api = await cloudflareApi(open);
  await settleTraffic(trafficOf(api, liveScriptName(open.stack)), open.stack);
  const previewed = await liveTag(api, open.stack);
  await showLifecycle(open, api, flags, previewed);
  const preview = await runEngine(open, ["preview", ...flags], environment);
  if (preview.code !== 0) return preview.code;
  if (!settled && flags.length === 0 && changesNothing(preview.report)) {
    say(`✓ nothing to deploy: stack "${open.stack}" is as the program says`);
    return 0;
  }
  if (!(await confirm(preview.report))) return 1;
  await adoptUnrecorded(open, api, preview.report.steps);

  const agreed = { api, plan: preview.report, liveTag: previewed };
  const canary = allAtOnce ? undefined : await releaseGradually(open, agreed);
  const { code, changed } = await carryOut(open, api, { flags, environment, previewed }).catch(
    async (error: unknown) => {
      await canary?.giveBack();
      throw error;
    },
  );
  if (code !== 0) await canary?.giveBack();
  else if (prove && (changed || settled)) await proveDeployed(open, changedBy(preview.report.steps));
  return code;
}

/** Whether a second run of the engine could do anything: neither a resource nor an output differs. */
const changesNothing = ({ steps, words }: RunReport): boolean =>
  steps.length === 0 && words.includes(NOTHING_TO_RECORD);

/** The real `up`, again after each failure that can be settled. */
async function carryOut(
  open: OpenStack,
  api: CloudflareApi,
  {
    flags,
    environment,
    previewed,
  }: { flags: readonly string[]; environment: NodeJS.ProcessEnv; previewed: string },
): Promise<{ code: number; changed: boolean }> {
  let guard: NodeJS.ProcessEnv = { EDGE_CHAT_PREVIEWED_TAG: previewed };
  let changed = false;
  for (let round = 1; ; round += 1) {
    const up = await runEngine(open, ["up", "--yes", "--skip-preview", ...flags], {
      ...environment,
      ...guard,
    });
    // What a lost answer hides was done as well, so a failed round may have changed something.
    changed ||= up.code !== 0 || Object.keys(up.report.changes).length > 0;
    const over = { code: up.code, changed };
    if (up.code === 0 || round === MOST_ROUNDS) return over;
    const remedy = remedyFor(up.report);
    if (remedy === "none") return over;
    if (remedy === "adopt" && (await adoptUnrecorded(open, api, up.report.steps)) === 0) return over;
    say("  running it again: the account was ahead of the state, because an earlier answer was lost");
    // What the upload itself moved on is no foreign change; the program reads the live tag anew and judges it.
    guard = {};
  }
}

async function runEngine(
  { cli, stack }: OpenStack,
  args: readonly string[],
  extra: NodeJS.ProcessEnv,
): Promise<{ code: number; report: RunReport }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-events-"));
  const log = path.join(folder, "events.json");
  try {
    // The CLI offers its event log as a debugging command only.
    const environment = { ...extra, PULUMI_DEBUG_COMMANDS: "true" };
    const code = await cli.visible(
      [...args, "--stack", stack, ...policyFlags(stack), "--event-log", log],
      environment,
    );
    return { code, report: readEventLog(log) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Imports what the plan wants to create and the account has already. @returns how many. */
async function adoptUnrecorded(
  open: OpenStack,
  api: CloudflareApi,
  steps: RunReport["steps"],
): Promise<number> {
  const creates = steps.filter(({ op }) => op === "create");
  if (creates.length === 0) return 0;
  const { resources } = readState(await exportedState(open));
  const recorded = new Set(resources.map(({ urn }) => urn));
  const found = await findUnrecorded(api, unrecorded(creates, recorded));
  refuseForeignNamespace(found, {
    scriptName: liveScriptName(open.stack),
    tag: await liveTag(api, open.stack),
    scriptInState: resources.some(({ type }) => type === SCRIPT_TYPE),
    adoptScript: plainSetting(readStackFile(open.stack), "edge-websocket-chat:adoptScript"),
  });
  for (const resource of found) await adopt(open.cli, open.stack, resource);
  return found.length;
}
