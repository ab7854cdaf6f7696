import { parseArgs } from "node:util";
import { unknownFlags } from "../toolchain/flags.ts";

/** What `npm run metrics` was asked for. */
export type MetricsOptions = {
  stack: string;
  sinceSeconds: number;
  json: boolean;
  /** A dashboard instead of figures. */
  grafana: boolean;
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };
/** Analytics Engine keeps three months. */
const LONGEST_SECONDS = 90 * 86_400;
const SHORTEST_SECONDS = 60;

export const METRICS_USAGE = "npm run metrics -- <stack> [--since 1h] [--json | --grafana]";

const OPTIONS = {
  since: { type: "string" },
  json: { type: "boolean" },
  grafana: { type: "boolean" },
} as const;

/** @throws naming everything that is not understood. */
export function readMetricsOptions(args: readonly string[]): MetricsOptions {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: OPTIONS,
  });
  const problems = unknownFlags(tokens, OPTIONS);
  const [stack, ...more] = positionals;
  if (stack === undefined) problems.push("Which stack?");
  problems.push(...more.map((word) => `"${word}" is not understood`));
  const sinceSeconds = secondsOf(values.since ?? "1h");
  if (sinceSeconds === undefined)
    problems.push(`--since is "${values.since}"; it is a number with m, h or d, from 1m to 90d`);
  if (stack === undefined || sinceSeconds === undefined || problems.length > 0)
    throw new Error([...problems, METRICS_USAGE].join("\n"));
  return { stack, sinceSeconds, json: values.json === true, grafana: values.grafana === true };
}

function secondsOf(since: string | boolean): number | undefined {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(String(since)) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit ?? ""] ?? Number.NaN);
  return seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS ? seconds : undefined;
}
