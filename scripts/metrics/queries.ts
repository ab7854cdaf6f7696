/** What is asked of the dataset, in the SQL of Analytics Engine. Every count is weighted by the sample interval. */
import { bucketExpression, columnOf, WAIT_BOUNDS_MS, WAITS } from "../../worker/metrics.ts";

/** Reasons for which a message or a connection is turned away, as the Worker counts them. */
export const REJECTIONS = ["limited", "malformed", "refusals", "flooding", "slow", "kicks"] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** Counters that a point holds since the room's last point. */
const SUMS = ["accepted", "duplicates", "joins", "resumes", ...REJECTIONS] as const;
/** What was so at the time of a point: the last point of a step counts. */
const LEVELS = ["users", "connections"] as const;

export interface Window {
  readonly dataset: string;
  readonly sinceSeconds: number;
  readonly stepSeconds: number;
}

/** Columns of a chart. A room writes at most one point a minute: a shorter step would show holes. */
const COLUMNS = 60;
const SHORTEST_STEP_SECONDS = 60;

export const stepFor = (sinceSeconds: number): number =>
  Math.ceil(Math.max(SHORTEST_STEP_SECONDS, sinceSeconds / COLUMNS) / SHORTEST_STEP_SECONDS) *
  SHORTEST_STEP_SECONDS;

const start = ({ stepSeconds }: Window): string =>
  `toStartOfInterval(timestamp, INTERVAL '${stepSeconds}' SECOND)`;

const source = ({ dataset, sinceSeconds }: Window): string =>
  `FROM "${dataset}" WHERE ${columnOf("kind")} = 'room' AND timestamp > NOW() - INTERVAL '${sinceSeconds}' SECOND`;

/** One row for a step and a region. */
export function byRegion(window: Window): string {
  const inner = [
    `${start(window)} AS at`,
    `${columnOf("region")} AS region`,
    `${columnOf("room")} AS room`,
    ...LEVELS.map((name) => `argMax(${columnOf(name)}, timestamp) AS ${name}`),
    ...SUMS.map((name) => `SUM(_sample_interval * ${columnOf(name)}) AS ${name}`),
  ];
  const outer = [...LEVELS, ...SUMS].map((name) => `SUM(${name}) AS ${name}_sum`);
  return `SELECT toUnixTimestamp(at) AS time, region, COUNT() AS rooms, ${outer.join(", ")} FROM (SELECT ${inner.join(", ")} ${source(window)} GROUP BY at, region, room) GROUP BY time, region ORDER BY time, region`;
}

/** Of a row of `latencyByRegion`: the messages in each bucket of `WAIT_BOUNDS_MS`, and in the open one after them. */
export const WAIT_COLUMNS = [...WAIT_BOUNDS_MS, "more"].map((bound) => `wait_${bound}`);

/**
 * One row for a step and a region in which messages were delivered: how many waited how long from their arrival in the
 * room's object to their delivery to everybody there. 0 ms is usual: a quiet room delivers at once. Points from before
 * this was counted are left out.
 */
export function latencyByRegion(window: Window): string {
  const waits = WAIT_COLUMNS.map(
    (name, bucket) => `SUM(_sample_interval * ${bucketExpression(bucket)}) AS ${name}`,
  );
  const counted = WAITS.map((name) => columnOf(name)).join(" + ");
  return `SELECT toUnixTimestamp(${start(window)}) AS time, ${columnOf("region")} AS region, ${waits.join(", ")} ${source(window)} AND ${counted} > 0 GROUP BY time, region ORDER BY time, region`;
}

/** One row for a step: a room that is in two regions is one room. */
export const roomsOverAll = (window: Window): string =>
  `SELECT toUnixTimestamp(${start(window)}) AS time, COUNT(DISTINCT ${columnOf("room")}) AS rooms ${source(window)} GROUP BY time ORDER BY time`;
