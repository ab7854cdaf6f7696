/**
 * The one schema of the Analytics Engine dataset: what each index, blob and double of a data point means. A room writes
 * at most one point a minute, while something happens in it. Columns are only ever appended: queries count on places.
 */
import { COUNTERS } from "./room/counters.ts";
import type { RoomPoint } from "./room/host.ts";

/** `index1`: Analytics Engine samples by it. */
export const INDEX = "room";
/** `blob1`, `blob2`, … */
export const BLOBS = ["kind", "room", "region", "version"] as const;
/** `double1`, `double2`, … Counts are since the room's last point; `users` and `connections` are at its time. */
export const DOUBLES = ["users", "connections", ...COUNTERS] as const;

/** Bytes, of the platform. It also allows 20 blobs and 20 doubles. */
const MAX_INDEX = 96;

/** The column of a name in SQL: `columnOf("accepted")` is `double3`. */
export function columnOf(name: (typeof BLOBS)[number] | (typeof DOUBLES)[number]): string {
  const blob = (BLOBS as readonly string[]).indexOf(name);
  return blob >= 0 ? `blob${blob + 1}` : `double${(DOUBLES as readonly string[]).indexOf(name) + 1}`;
}

export interface DataPoint {
  readonly indexes: [string];
  readonly blobs: string[];
  readonly doubles: number[];
}

export function roomDataPoint({ room, region, version, users, connections, counts }: RoomPoint): DataPoint {
  const values = { ...counts, users, connections };
  return {
    indexes: [room.slice(0, MAX_INDEX)],
    blobs: ["room", room, region, version],
    doubles: DOUBLES.map((name) => values[name]),
  };
}
