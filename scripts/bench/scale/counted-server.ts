/** Our Worker with counters around it, in a workerd of its own. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import * as z from "zod";
import { bundleWorker } from "../../../infra/bundle.ts";
import type { Region } from "../../../worker/bindings.ts";
import { projectFolder } from "../../toolchain/places.ts";
import { chatSettings } from "../contenders.ts";
import { type Server, startProcess } from "../server-process.ts";
import { Clock } from "./clock.ts";

const Counts = z.object({
  workerRequests: z.number(),
  objectFetches: z.number(),
  calls: z.record(z.string(), z.number()),
  alarmsSet: z.number(),
  alarmsRun: z.number(),
  socketMessages: z.number(),
  socketCloses: z.number(),
  framesOut: z.number(),
  statements: z.number(),
  rowsRead: z.number(),
  rowsWritten: z.number(),
  commits: z.number(),
  kvReads: z.number(),
  kvWrites: z.number(),
  dataPoints: z.number(),
  wakes: z.number(),
  timerMs: z.number(),
  logLines: z.number(),
});
type Reported = z.infer<typeof Counts>;
/** What the Worker asked of the platform. Calls between objects in one number. */
export type Counts = Readonly<Record<Exclude<keyof Reported, "calls"> | "calls", number>>;

const State = z.object({
  counts: Counts,
  /** Unix ms of the Worker's clock, of now and of the alarm that is due next. */
  now: z.number(),
  nextAlarm: z.number(),
  /** Timers, alarms and writes under way. */
  busy: z.number(),
});

const SCALE = path.join(projectFolder, "scripts/bench/scale");
/** A user's messages a minute: the limit is not what is measured. */
const MESSAGES_PER_MINUTE = 600;

export interface CountedServer extends Server {
  /** The folder of its data. */
  readonly data: string;
  readonly clock: Clock;
  counts(): Promise<Counts>;
  /** Until nothing is under way any more. @throws after a while */
  quiet(): Promise<void>;
  /** Lets time pass as if it did: every alarm in between rings in its turn, and the clock does not wait for the next. */
  pass(ms: number): Promise<void>;
  /** Moves the clock on at once: what is due by then rings late, all together. */
  leap(ms: number): Promise<void>;
}

/** Linux's folder in memory: how long this machine's disk takes for a commit is not what is measured. */
const MEMORY = "/dev/shm";
/** ms. Longest wait for what is under way; between two looks. */
const QUIET_MS = 60_000;
const LOOK_MS = 10;

export async function startCounted(regions: readonly [Region, ...Region[]]): Promise<CountedServer> {
  const folder = mkdtempSync(path.join(existsSync(MEMORY) ? MEMORY : tmpdir(), "bench-scale-"));
  const clock = new Clock();
  const ours = path.join(folder, "ours.mjs");
  writeFileSync(ours, (await bundleWorker()).contents);
  const outfile = path.join(folder, "counted.mjs");
  await build({
    entryPoints: [path.join(SCALE, "counted.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2024",
    alias: { ours },
    external: ["cloudflare:*"],
    logLevel: "silent",
  });
  const server = await startProcess([
    process.execPath,
    path.join(projectFolder, "scripts/bench/worker-server.ts"),
    outfile,
    path.join(folder, "data"),
    JSON.stringify({ ...chatSettings(MESSAGES_PER_MINUTE), regions }),
  ]);
  const ask = async (what: string) => {
    const response = await fetch(`http://${server.address}/__${what}`);
    return State.parse(await response.json());
  };
  const quiet = async () => {
    const until = performance.now() + QUIET_MS;
    for (let calm = 0; calm < 2; ) {
      const { busy } = await ask("state");
      calm = busy === 0 ? calm + 1 : 0;
      if (performance.now() > until)
        throw new Error(`${busy} things are still under way after ${QUIET_MS} ms`);
      await sleep(LOOK_MS);
    }
  };
  const advance = async (ms: number) => {
    await ask(`advance?ms=${ms}`);
    clock.moved(ms);
  };
  return {
    ...server,
    data: path.join(folder, "data"),
    clock,
    counts: async () => {
      const { calls, ...counts } = (await ask("state")).counts;
      return { ...counts, calls: Object.values(calls).reduce((sum, count) => sum + count, 0) };
    },
    quiet,
    pass: async (ms) => {
      const end = clock.now() + ms;
      for (;;) {
        await quiet();
        const { now, nextAlarm } = await ask("state");
        const step = Math.ceil(Math.min(nextAlarm, end) - now);
        if (step > 0) await advance(step);
        if (nextAlarm > end) return;
      }
    },
    leap: async (ms) => {
      await quiet();
      await advance(ms);
      await quiet();
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Before and after: what happened in between. */
export const difference = (after: Counts, before: Counts): Counts =>
  // The keys of one are the keys of the other.
  Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, value - before[name as keyof Counts]]),
  ) as Counts;
