import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { bundleWorker } from "../../infra/bundle.ts";
import { keptBundle } from "../../infra/kept-bundle.ts";
import { type OpenStack, openStack } from "../stack/open-stack.ts";
import { policyFlags } from "../stack/policy-pack.ts";
import { type CloudflareApi, cloudflareApi } from "../up/cloudflare-api.ts";
import { lifecycleOf } from "../up/lifecycle.ts";
import { liveScriptName } from "../up/live-tag.ts";
import type { StackPreview } from "./preview-comment.ts";
import { readPreview } from "./preview-events.ts";

const Outputs = z.object({ version: z.string().optional() });

/**
 * Previews each stack; one that cannot be opened or read fails, in its own words.
 *
 * @param skipped why none is looked at; undefined to look.
 */
export async function previewStacks(
  stacks: readonly string[],
  skipped: string | undefined,
): Promise<StackPreview[]> {
  const { gzipBytes } = await bundleWorker();
  const previews: StackPreview[] = [];
  for (const stack of stacks) {
    const nothing: StackPreview = {
      stack,
      skipped,
      changes: [],
      lifecycle: [],
      words: [],
      errors: [],
      bundle: { now: gzipBytes },
      log: "",
    };
    previews.push(skipped === undefined ? await previewStack(nothing) : nothing);
  }
  return previews;
}

async function previewStack(nothing: StackPreview): Promise<StackPreview> {
  const { stack, bundle } = nothing;
  try {
    const open = await openStack(stack, { stack: true, provider: true });
    const api = await cloudflareApi(open);
    const lifecycle = await lifecycleOf(open, api);
    const planned = await plan(open);
    const before = await runningBundle(open, api);
    return { ...nothing, ...planned, lifecycle, bundle: { ...bundle, before } };
  } catch (error) {
    return { ...nothing, errors: [error instanceof Error ? error.message : String(error)] };
  }
}

async function plan({ cli, stack }: OpenStack) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-preview-"));
  const log = path.join(folder, "events.json");
  try {
    // The CLI offers its event log as a debugging command only.
    cli.environment.PULUMI_DEBUG_COMMANDS = "true";
    const args = ["preview", "--diff", ...policyFlags(stack), "--event-log", log, "--stack", stack];
    const answer = await cli.quiet(args);
    const read = readPreview(readFileSync(log, "utf8"));
    const errors = answer.code === 0 ? [] : read.errors.length > 0 ? read.errors : [answer.stderr.trim()];
    return { ...read, errors, log: answer.stdout.trim() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** gzip of the bundle that the stack runs; undefined where none runs, or it cannot be read. */
async function runningBundle({ cli, stack }: OpenStack, api: CloudflareApi): Promise<number | undefined> {
  const answer = await cli.quiet(["stack", "output", "--json", "--stack", stack]);
  const { version } = Outputs.parse(JSON.parse(answer.stdout || "{}"));
  if (version === undefined) return undefined;
  const place = { accountId: api.accountId, scriptName: liveScriptName(stack) };
  const text = await keptBundle(api, place, version).catch(() => undefined);
  return text === undefined ? undefined : gzipSync(text, { level: 9 }).byteLength;
}
