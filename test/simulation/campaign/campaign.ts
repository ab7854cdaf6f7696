/** Many seeds on all cores. */
import os from "node:os";
import { Worker } from "node:worker_threads";
import type { SeedResult, SeedTask } from "./run-seed.ts";
import type { ShardOrder, ShardReport } from "./shard.ts";

/** Seeds that a thread runs between two reports. */
const SEEDS_PER_ORDER = 25;

export interface Campaign extends SeedTask {
  readonly from: number;
  readonly count: number;
  /** Threads; one a core where absent. */
  readonly threads?: number | undefined;
  /** Ends after so many failures. */
  readonly mostFailures?: number | undefined;
  /** Begins no more seeds after so many seconds. */
  readonly seconds?: number | undefined;
  /** Aborted: begins no more seeds. */
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((summary: Summary) => void) | undefined;
}

export interface Summary {
  readonly schedules: number;
  /** Every seed from the first one to before this one was played, once the campaign has ended. */
  readonly next: number;
  readonly failures: readonly SeedResult[];
  readonly events: number;
  readonly messages: number;
  readonly calls: number;
  readonly seconds: number;
}

export async function runCampaign(campaign: Campaign): Promise<Summary> {
  const { from, count, mostFailures = Number.POSITIVE_INFINITY, signal } = campaign;
  const threads = Math.min(campaign.threads ?? os.availableParallelism(), Math.ceil(count / SEEDS_PER_ORDER));
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const failures: SeedResult[] = [];
  const sum = { schedules: 0, events: 0, messages: 0, calls: 0 };
  let next = from;
  const summary = (): Summary => ({ ...sum, next, failures, seconds: seconds() });
  const isOver = (): boolean =>
    failures.length >= mostFailures ||
    signal?.aborted === true ||
    seconds() >= (campaign.seconds ?? Number.POSITIVE_INFINITY);

  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const order = (): void => {
        const seeds: number[] = [];
        if (!isOver()) while (seeds.length < SEEDS_PER_ORDER && next < from + count) seeds.push(next++);
        if (seeds.length === 0) resolve();
        else
          worker.postMessage({
            task: { options: campaign.options, mutation: campaign.mutation },
            seeds,
          } satisfies ShardOrder);
      };
      worker.on("error", reject);
      worker.on("message", (report: ShardReport) => {
        for (const result of report) {
          sum.schedules++;
          sum.events += result.events;
          sum.messages += result.messages;
          sum.calls += result.calls;
          if (result.broken.length > 0) failures.push(result);
        }
        campaign.progress?.(summary());
        order();
      });
      order();
    });

  const workers = Array.from({ length: threads }, () => new Worker(new URL("./shard.ts", import.meta.url)));
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  failures.sort((a, b) => a.seed - b.seed);
  return summary();
}
