import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as z from "zod";
import { RECORD_OUTPUT } from "../../infra/plan/releases.ts";
import { trafficOf } from "../release/traffic.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { cloudflareApi } from "../up/cloudflare-api.ts";
import { liveScriptName } from "../up/live-tag.ts";
import { readRefresh } from "./account-changes.ts";
import { type DriftReport, driftReport } from "./drift-report.ts";
import { LiveSettings, Recorded, unseenChanges } from "./unseen-changes.ts";

const Scripts = z.array(z.object({ id: z.string(), migration_tag: z.string().nullish() }));

/** Holds a stack's account against what its last `up` left. Changes nothing. @throws when it cannot be read. */
export const examine = async (open: OpenStack): Promise<DriftReport> =>
  driftReport(open.stack, await refreshed(open), await unseen(open));

async function refreshed({ cli, stack }: OpenStack): Promise<ReturnType<typeof readRefresh>> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-drift-"));
  const log = path.join(folder, "events.json");
  try {
    // The CLI offers its event log as a debugging command only.
    cli.environment.PULUMI_DEBUG_COMMANDS = "true";
    const answer = await cli.quiet(["refresh", "--preview-only", "--event-log", log, "--stack", stack]);
    if (answer.code !== 0)
      throw new Error(`The account could not be read:\n${answer.stdout}${answer.stderr}`);
    return readRefresh(readFileSync(log, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unseen(open: OpenStack): Promise<string[]> {
  const { cli, stack } = open;
  const output = await cli.quiet(["stack", "output", RECORD_OUTPUT, "--show-secrets", "--stack", stack]);
  if (output.code !== 0)
    throw new Error(`Stack "${stack}" has no deployed chat yet: run \`npm run up -- ${stack}\` first.`);
  const api = await cloudflareApi(open);
  const name = liveScriptName(stack);
  const place = `/accounts/${api.accountId}/workers/scripts`;
  const script = (await api.get(place, Scripts)).find(({ id }) => id === name);
  // The refresh says that it is gone.
  if (script === undefined) return [];
  const live = {
    tag: script.migration_tag || undefined,
    deployment: await trafficOf(api, name).current(),
    settings: await api.get(`${place}/${name}/settings`, LiveSettings),
  };
  return unseenChanges(Recorded.parse(JSON.parse(output.stdout)), live);
}
