import * as z from "zod";
import { type Flat, flatten } from "../../infra/plan/changes.ts";
import { shortVersion } from "../../infra/plan/releases.ts";
import { judgeSplit, thisHost } from "../release/release-mark.ts";
import type { Deployment } from "../release/traffic.ts";

/** What the last finished `up` recorded, as far as it can be held against the account. */
export const Recorded = z.object({
  kvNamespaceId: z.string(),
  live: z.object({ tag: z.string().optional() }),
  settings: z.record(z.string(), z.string()),
  secrets: z.record(z.string(), z.string()),
  releases: z.array(z.object({ version: z.string() })).default([]),
});
export type Recorded = z.infer<typeof Recorded>;

export const LiveSettings = z.object({
  bindings: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        text: z.string().optional(),
        json: z.unknown().optional(),
        dataset: z.string().optional(),
        namespace_id: z.string().optional(),
        simple: z.object({ limit: z.number() }).optional(),
      }),
    )
    .default([]),
});
export type LiveSettings = z.infer<typeof LiveSettings>;

export type Live = {
  tag: string | undefined;
  deployment: Deployment | undefined;
  settings: LiveSettings;
};

/**
 * Differences that a refresh does not see: values of bindings that are there on both sides, bindings that are missing,
 * the migration tag, and which version has the traffic. As lines.
 */
export function unseenChanges(recorded: Recorded, live: Live): string[] {
  return [
    ...tagLines(recorded, live),
    ...trafficLines(live.deployment),
    ...bindingLines(recorded, live.settings),
  ];
}

const tagLines = ({ live: { tag: before } }: Recorded, { tag: now }: Live): string[] =>
  before === now ? [] : [`migration tag: ${before ?? "none"} → ${now ?? "none"}`];

function trafficLines(deployment: Deployment | undefined): string[] {
  const verdict = judgeSplit(deployment, thisHost);
  if (deployment === undefined || verdict.is === "whole") return [];
  const shares = deployment.shares.map(({ versionId, percentage }) => `${versionId} ${percentage} %`);
  const whose =
    "mark" in verdict ? `a gradual release of ${verdict.mark.version}` : "not by a release of ours";
  return [`traffic is split: ${shares.join(", ")} (${whose})`];
}

/** Bindings whose value is one of the recorded settings, or a part of them. */
function bindingLines({ settings, secrets, kvNamespaceId }: Recorded, { bindings }: LiveSettings): string[] {
  const find = (name: string) => bindings.find((binding) => binding.name === name);
  const expected: [string, Flat, Flat][] = [
    ["CHAT", chatPart(settings), flatten(find("CHAT")?.json ?? {})],
    ["VERSION", { version: settings.version ?? "" }, { version: JSON.stringify(find("VERSION")?.text) }],
    [
      "ANALYTICS",
      { dataset: settings.dataset ?? "" },
      { dataset: JSON.stringify(find("ANALYTICS")?.dataset) },
    ],
    [
      "CONNECT_LIMIT",
      { connectsPerMinute: settings.connectsPerMinute ?? "" },
      { connectsPerMinute: JSON.stringify(find("CONNECT_LIMIT")?.simple?.limit) },
    ],
    ["DIRECTORY", { namespace: kvNamespaceId }, { namespace: find("DIRECTORY")?.namespace_id ?? "" }],
  ];
  return [
    ...expected.flatMap(([name, before, now]) =>
      find(name) === undefined
        ? [`binding ${name}: gone`]
        : Object.keys(before)
            .filter((path) => before[path] !== now[path])
            .map((path) => `binding ${name}, ${path}: ${shown(before[path])} → ${shown(now[path])}`),
    ),
    ...Object.keys(secrets)
      .filter((name) => find(name) === undefined)
      .map((name) => `secret ${name}: gone`),
  ];
}

/** The settings that the Worker reads as its binding CHAT. */
const CHAT_SETTINGS = /^(regions|access|allowedOrigins|jurisdiction|limits\..*)$/;
const chatPart = (settings: Flat): Flat =>
  Object.fromEntries(Object.entries(settings).filter(([path]) => CHAT_SETTINGS.test(path)));

/** A version is known by its beginning. */
const shown = (value: string | undefined): string =>
  value === undefined
    ? "not set"
    : /^"?[0-9a-f]{64}"?$/.test(value)
      ? shortVersion(value.replaceAll('"', ""))
      : value;
