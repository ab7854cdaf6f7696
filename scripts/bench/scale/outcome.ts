/** What `bench:scale` found, in one shape for the terminal, `--json`, the page, and the costs. */
import * as z from "zod";
import { Machine } from "../machine.ts";

/** What is asked of the platform; each is paid for, or may be. */
export const ASKED = [
  "statements",
  "commits",
  "rowsRead",
  "rowsWritten",
  "calls",
  "alarmsSet",
  "alarmsRun",
  "kvReads",
  "kvWrites",
  "dataPoints",
  "framesOut",
  "logLines",
  "timerMs",
] as const;
export type Asked = (typeof ASKED)[number];

export const Rates = z.record(z.enum(ASKED), z.number());
/** Counts for one of something: a message, a minute, a visit. */
export type Rates = z.infer<typeof Rates>;

const Spread = z.object({ p50: z.number(), p99: z.number() });
export type Spread = z.infer<typeof Spread>;

const Step = z.object({
  rooms: z.number(),
  sockets: z.number(),
  regions: z.number(),
  /** Messages a second, said. */
  rate: z.number(),
  messages: z.number(),
  deliveries: z.number(),
  perMessage: Rates,
  /** µs of CPU of the server. */
  cpuPerMessage: z.number(),
  cpuPerDelivery: z.number(),
  /** Of those who came for this step, each. */
  perJoin: Rates,
  cpuPerJoin: z.number(),
  joinsPerSecond: z.number(),
  descriptors: z.number(),
  rssMiB: z.number(),
  /** ms. */
  local: Spread.optional(),
  abroad: Spread.optional(),
});
export type Step = z.infer<typeof Step>;

const Hours = z.object({
  regions: z.number(),
  /** Of a message, its later trimming with it, that comes alone. */
  perMessage: Rates,
  /** Of a minute in which something happens, however much. */
  perMinute: Rates,
  /** Of somebody who comes, stays a minute and goes, alone. */
  perVisit: Rates,
  /** Of an hour in which everybody is there and nobody says anything. */
  perIdleHour: Rates,
});
export type Hours = z.infer<typeof Hours>;

export const Outcome = z.object({
  machine: Machine,
  quick: z.boolean(),
  descriptorLimit: z.number(),
  rooms: z.array(Step),
  people: z.array(Step),
  /** A thousand people who say nothing, for so many seconds, with their pings. */
  idle: z
    .object({
      sockets: z.number(),
      seconds: z.number(),
      pings: z.number(),
      cpuSeconds: z.number(),
      asked: Rates,
    })
    .optional(),
  regions: z.array(Step),
  hours: z.array(Hours),
  /** Bytes of a room's database, with a few messages in it. */
  bytesPerRoom: z.number(),
  flaws: z.array(z.string()),
});
export type Outcome = z.infer<typeof Outcome>;
