/** What a bench found, in one shape for the terminal, for `--json`, and for the page. */
import * as z from "zod";
import { Machine } from "./machine.ts";

const Sample = z.object({ median: z.number(), least: z.number(), most: z.number(), rounds: z.number() });

const Row = z.object({
  contender: z.string(),
  perSecond: Sample,
  perCpuSecond: Sample,
  /** Ratio of `perCpuSecond` to the floor's of the same round. */
  toFloor: Sample.optional(),
  microsPerDelivery: Sample,
  bytesPerDelivery: z.number(),
  joinsPerSecond: Sample,
  /** Share of its core that the load generator used: near 1, it was the limit. */
  loadBusy: z.number(),
  p50: Sample,
  p99: Sample,
});
export type Row = z.infer<typeof Row>;

/** Memory in MiB, and ms of those who read. */
const Grown = z.object({ grownMiB: z.number(), p99: z.number() });

export const Outcome = z.object({
  machine: Machine,
  rounds: z.number(),
  quick: z.boolean(),
  ceiling: z.object({
    single: z.object({ perSecond: z.number(), perLoadCpuSecond: z.number() }),
    batched: z.object({ perSecond: z.number(), perLoadCpuSecond: z.number() }),
  }),
  saturation: z.array(z.object({ connections: z.number(), rows: z.array(Row) })),
  curves: z.array(
    z.object({
      contender: z.string(),
      points: z.array(z.object({ rate: z.number(), p50: Sample, p99: Sample, kept: z.number() })),
    }),
  ),
  /** A thousand people who come at once. */
  joins: z.array(
    z.object({ contender: z.string(), perSecond: Sample, micros: Sample, toFloor: Sample.optional() }),
  ),
  heaviest: z
    .object({ perSecond: z.number(), p50: z.number(), p99: z.number(), busy: z.number(), closed: z.number() })
    .optional(),
  slow: z.array(
    Grown.extend({
      contender: z.string(),
      /** The same where everybody reads. */
      allRead: Grown.optional(),
    }),
  ),
  reads: z
    .object({
      historyPerSecond: z.number(),
      historyP50: z.number(),
      resumesPerSecond: z.number(),
      resumeP50: z.number(),
    })
    .optional(),
  flaws: z.array(z.string()),
});
export type Outcome = z.infer<typeof Outcome>;
