/**
 * The one schema of the Analytics Engine dataset: what each index, blob and double of a data point means. A room writes
 * at most one point a minute, while something happens in it. Columns are only ever appended: queries count on places.
 */
import { COUNTERS } from "./room/counters.ts";
import type { RoomPoint } from "./room/host.ts";
import { WAIT_BUCKETS } from "./room/waits.ts";

export { WAIT_BOUNDS_MS } from "./room/waits.ts";

/** `index1`: Analytics Engine samples by it. */
export const INDEX = "room";
/** `blob1`, `blob2`, … */
export const BLOBS = ["kind", "room", "region", "version"] as const;
/** Messages by how long they waited, several buckets in a double: the platform has no more than 20. */
export const WAITS = ["waits1", "waits2", "waits3", "waits4"] as const;
/**
 * `double1`, `double2`, … Counts are since the room's last point; `users` and `connections` are at its time. `waits1` to
 * `waits4` have three buckets of `WAIT_BOUNDS_MS` each: the first + the second * 2^17 + the third * 2^34.
 */
export const DOUBLES = ["users", "connections", ...COUNTERS, ...WAITS] as const;

/** Three of them fit in the 53 bits that a double counts exactly. A room has far fewer messages a minute than this. */
const BUCKET_SIZE = 2 ** 17;
const BUCKETS_PER_DOUBLE = WAIT_BUCKETS / WAITS.length;

/** Bytes, of the platform. It also allows 20 blobs and 20 doubles. */
const MAX_INDEX = 96;

/** The column of a name in SQL: `columnOf("accepted")` is `double3`. */
export function columnOf(name: (typeof BLOBS)[number] | (typeof DOUBLES)[number]): string {
  const blob = (BLOBS as readonly string[]).indexOf(name);
  return blob >= 0 ? `blob${blob + 1}` : `double${(DOUBLES as readonly string[]).indexOf(name) + 1}`;
}

/** SQL for the messages of a point in that bucket of `WAIT_BOUNDS_MS`. */
export function bucketExpression(bucket: number): string {
  const column = columnOf(WAITS[Math.floor(bucket / BUCKETS_PER_DOUBLE)] ?? WAITS[0]);
  const place = bucket % BUCKETS_PER_DOUBLE;
  const from = (power: number) => (power === 0 ? column : `floor(${column} / ${BUCKET_SIZE ** power})`);
  return `(${from(place)} - ${from(place + 1)} * ${BUCKET_SIZE})`;
}

function packed(waits: readonly number[], double: number): number {
  const first = double * BUCKETS_PER_DOUBLE;
  return waits
    .slice(first, first + BUCKETS_PER_DOUBLE)
    .reduceRight((sum, count) => sum * BUCKET_SIZE + Math.min(count, BUCKET_SIZE - 1), 0);
}

export interface DataPoint {
  readonly indexes: [string];
  readonly blobs: string[];
  readonly doubles: number[];
}

export function roomDataPoint({ room, region, version, users, connections, counts }: RoomPoint): DataPoint {
  const { waits, ...sums } = counts;
  const values: Readonly<Record<string, number>> = { ...sums, users, connections };
  return {
    indexes: [room.slice(0, MAX_INDEX)],
    blobs: ["room", room, region, version],
    doubles: [
      ...DOUBLES.slice(0, -WAITS.length).map((name) => values[name] ?? 0),
      ...WAITS.map((_, double) => packed(waits, double)),
    ],
  };
}
