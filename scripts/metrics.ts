// npm run metrics -- <stack> [--since 1h] [--json | --grafana]: users, rooms, messages, delivery latency and rejections over time, from the stack's
// Analytics Engine dataset.
import * as z from "zod";
import { dashboard } from "./metrics/dashboard.ts";
import { readMetricsOptions } from "./metrics/options.ts";
import { byRegion, latencyByRegion, roomsOverAll, stepFor } from "./metrics/queries.ts";
import { metricsReport } from "./metrics/report.ts";
import { LatencyRow, RegionRow, RoomsRow, stepsOf } from "./metrics/series.ts";
import { askDataset } from "./metrics/sql-api.ts";
import { deployedChatOf } from "./smoke/target.ts";
import { openStack } from "./stack/open-stack.ts";
import { stackAccount } from "./stack/stack-account.ts";
import { fail } from "./toolchain/steps.ts";

const Table = z.record(z.string(), z.unknown());

async function main(): Promise<void> {
  const { stack, sinceSeconds, json, grafana } = readMetricsOptions(process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: false });
  const { dataset } = await deployedChatOf(open);
  if (grafana) return console.log(JSON.stringify(dashboard(stack, dataset), null, 2));
  const account = await stackAccount(open);
  const window = { dataset, sinceSeconds, stepSeconds: stepFor(sinceSeconds) };
  // A dataset is no table before its first point.
  const tables = await askDataset(account, "SHOW TABLES", Table);
  const written = tables.some((table) => Object.values(table).includes(dataset));
  const [regions, rooms, latencies] = written
    ? await Promise.all([
        askDataset(account, byRegion(window), RegionRow),
        askDataset(account, roomsOverAll(window), RoomsRow),
        askDataset(account, latencyByRegion(window), LatencyRow),
      ])
    : [[], [], []];
  const steps = stepsOf(window, regions, rooms, latencies, Date.now());
  if (json) console.log(JSON.stringify({ stack, ...window, steps }, null, 2));
  else
    for (const line of metricsReport(
      `${stack}, dataset ${dataset}, steps of ${window.stepSeconds / 60} min`,
      steps,
    ))
      console.log(line);
}

main().then(() => process.exit(), fail);
