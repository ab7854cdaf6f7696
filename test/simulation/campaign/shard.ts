/** A thread that runs the seeds it is given, one after the other. */
import { parentPort } from "node:worker_threads";
import { runSeed, type SeedResult, type SeedTask } from "./run-seed.ts";

export interface ShardOrder {
  readonly task: SeedTask;
  readonly seeds: readonly number[];
}
export type ShardReport = readonly SeedResult[];

parentPort?.on("message", async ({ task, seeds }: ShardOrder) => {
  const results: SeedResult[] = [];
  for (const seed of seeds) results.push(await runSeed(seed, task));
  parentPort?.postMessage(results satisfies ShardReport);
});
