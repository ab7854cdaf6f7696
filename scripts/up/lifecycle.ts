/** What a run makes of each Durable Object class, said before the engine says anything. */
import { styleText } from "node:util";
import * as z from "zod";
import { MIGRATION_HISTORY } from "../../infra/migration-history.ts";
import { fateLine } from "../../infra/plan/changes.ts";
import { classFates, type Whereabouts } from "../../infra/plan/migrations.ts";
import { exportedState } from "../stack/exported-state.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { say } from "../toolchain/steps.ts";
import type { CloudflareApi } from "./cloudflare-api.ts";
import { liveScriptName, liveTag } from "./live-tag.ts";

const NO_TAG = "none";
/** The script's type in a stack's state. */
export const SCRIPT_TYPE = "cloudflare:index/workersScript:WorkersScript";
const State = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ type: z.string(), inputs: z.record(z.string(), z.unknown()).nullish() }))
      .nullish(),
  }),
});
const Place = z.object({ accountId: z.string(), scriptName: z.string() });

/** The script that the stack's state holds, from what `pulumi stack export` prints. */
export function scriptInState(exported: string): z.infer<typeof Place> | undefined {
  const resources = State.parse(JSON.parse(exported)).deployment.resources ?? [];
  return Place.safeParse(resources.find(({ type }) => type === SCRIPT_TYPE)?.inputs).data;
}

/** The lines, from where the stack and the account stand. `tag` is the live one, or `none`. */
export function lifecycleLines(
  now: Omit<Whereabouts, "live" | "last"> & { readonly tag: string },
  inState: z.infer<typeof Place> | undefined,
): string[] {
  const at = (tag: string) => (tag === NO_TAG ? undefined : { tag });
  const newest = now.history.at(-1)?.tag ?? NO_TAG;
  // A script that is left behind was brought up to date by this stack: its own tag is not looked up.
  const last = inState && { ...inState, live: { tag: newest } };
  return [
    `Durable Object classes of ${now.scriptName} (live migration tag: ${now.tag}):`,
    ...classFates({ ...now, live: at(now.tag), last }).map((fate) => `  ${fateLine(fate)}`),
  ];
}

/** Flags by which the engine's own output is for a program: nothing else may stand on stdout then. */
const FOR_PROGRAMS = ["--json", "-j"];

/** What becomes of each class's rooms, as lines. `known`: the live tag, when it was just read from the account. */
export async function lifecycleOf(open: OpenStack, api: CloudflareApi, known?: string): Promise<string[]> {
  const { stack } = open;
  const exported = await exportedState(open).catch(() => undefined);
  const place = { accountId: api.accountId, scriptName: liveScriptName(stack) };
  const tag = known ?? (await liveTag(api, stack));
  return lifecycleLines(
    { ...place, history: MIGRATION_HISTORY, tag },
    exported === undefined ? undefined : scriptInState(exported),
  );
}

/** Prints what becomes of each class's rooms, with the live tag read from the account, before the engine's own words. */
export async function showLifecycle(
  open: OpenStack,
  api: CloudflareApi,
  flags: readonly string[],
  known?: string,
): Promise<void> {
  const print = flags.some((flag) => FOR_PROGRAMS.includes(flag)) ? say : console.log;
  for (const line of await lifecycleOf(open, api, known))
    print(/: DELETE/.test(line) ? styleText("red", line) : line);
}
