/** From the rows of the dataset to values over time. Pure. */
import * as z from "zod";
import { WAIT_BOUNDS_MS } from "../../worker/metrics.ts";
import { quantile } from "./quantile.ts";
import { REJECTIONS, type Rejection, WAIT_COLUMNS, type Window } from "./queries.ts";

/** Analytics Engine writes 64-bit numbers as strings. */
const count = z.union([z.number(), z.string()]).transform(Number).pipe(z.number());

const rejectionColumns = {
  limited_sum: count,
  malformed_sum: count,
  refusals_sum: count,
  flooding_sum: count,
  slow_sum: count,
  kicks_sum: count,
} satisfies Record<`${Rejection}_sum`, typeof count>;

export const RoomsRow = z.object({ time: count, rooms: count });
export const LatencyRow = z
  .object({ time: count, region: z.string() })
  .catchall(count)
  .transform((row) => ({ ...row, waits: WAIT_COLUMNS.map((name) => row[name] ?? 0) }));
export const RegionRow = z.object({
  time: count,
  region: z.string(),
  rooms: count,
  users_sum: count,
  connections_sum: count,
  accepted_sum: count,
  joins_sum: count,
  resumes_sum: count,
  ...rejectionColumns,
});

export interface Values {
  readonly rooms: number;
  /** In rooms in which something happened: a quiet room writes nothing. */
  readonly users: number;
  readonly connections: number;
  /** Accepted, a second. */
  readonly messagesPerSecond: number;
  readonly joins: number;
  readonly resumes: number;
  /** Turned away in the step, by reason. */
  readonly rejections: Readonly<Record<Rejection, number>>;
}

/** Ms from a message's arrival in the room's object to its delivery there: of all messages, not of means. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface RegionValues extends Values {
  /** Missing in a step in which nothing was delivered. */
  readonly deliveryMs?: Latency;
}

export interface Step extends Values {
  /** ISO 8601. */
  readonly at: string;
  readonly regions: Readonly<Record<string, RegionValues>>;
}

const noRejections = (): Record<Rejection, number> => ({
  limited: 0,
  malformed: 0,
  refusals: 0,
  flooding: 0,
  slow: 0,
  kicks: 0,
});

/** Every step of the window, the empty ones too. `nowMs` is unix time in ms. */
export function stepsOf(
  window: Window,
  regions: readonly z.infer<typeof RegionRow>[],
  rooms: readonly z.infer<typeof RoomsRow>[],
  latencies: readonly z.infer<typeof LatencyRow>[],
  nowMs: number,
): Step[] {
  const { sinceSeconds, stepSeconds } = window;
  const last = Math.floor(nowMs / 1000 / stepSeconds) * stepSeconds;
  const steps = Math.ceil(sinceSeconds / stepSeconds);
  return Array.from({ length: steps }, (_, index) => {
    const time = last - (steps - 1 - index) * stepSeconds;
    const own = regions.filter((row) => row.time === time);
    const byRegion = own.map((row): [string, RegionValues] => {
      const latency = latencies.find((other) => other.time === time && other.region === row.region);
      const delivery = latency && { deliveryMs: latencyOf(latency.waits) };
      return [row.region, { ...valuesOf([row], row.rooms, stepSeconds), ...delivery }];
    });
    return {
      at: new Date(time * 1000).toISOString(),
      ...valuesOf(own, rooms.find((row) => row.time === time)?.rooms ?? 0, stepSeconds),
      regions: Object.fromEntries(byRegion),
    };
  });
}

const latencyOf = (waits: readonly number[]): Latency => ({
  p50: quantile(0.5, WAIT_BOUNDS_MS, waits) ?? 0,
  p99: quantile(0.99, WAIT_BOUNDS_MS, waits) ?? 0,
});

function valuesOf(rows: readonly z.infer<typeof RegionRow>[], rooms: number, stepSeconds: number): Values {
  const sum = (name: Exclude<keyof z.infer<typeof RegionRow>, "region">) =>
    rows.reduce((total, row) => total + row[name], 0);
  const rejections = noRejections();
  for (const reason of REJECTIONS) rejections[reason] = sum(`${reason}_sum`);
  return {
    rooms,
    users: sum("users_sum"),
    connections: sum("connections_sum"),
    messagesPerSecond: sum("accepted_sum") / stepSeconds,
    joins: sum("joins_sum"),
    resumes: sum("resumes_sum"),
    rejections,
  };
}
