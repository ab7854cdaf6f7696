/**
 * The floor of the kept history: an order that only rises; at or below it nothing is stored or delivered. It depends on
 * places alone, deleted ones included, so that every replica trims alike.
 */
import { CLOCK_TOLERANCE_MS } from "./limits.ts";
import { orderAt } from "./order.ts";

/**
 * @param floor the floor so far
 * @param oldestHidden the newest place that is beyond the visible ones; undefined while all are visible
 * @param retentionMs how long everything is kept at least. A `clientId` may be that much ahead of us, and must still
 *   find its first copy, hence the tolerance
 */
export function raiseFloor(
  floor: string,
  oldestHidden: string | undefined,
  now: number,
  retentionMs: number,
): string {
  if (oldestHidden === undefined) return floor;
  const old = orderAt(now - retentionMs - CLOCK_TOLERANCE_MS);
  const target = oldestHidden < old ? oldestHidden : old;
  return target > floor ? target : floor;
}
