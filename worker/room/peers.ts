/** The other replicas of a room, as one of them sees them. */
import type { Bundle } from "./bundle.ts";

export interface Peers {
  /**
   * Calls `sync` of the region's replica and gives its answer, as it came: `decodeBundle` judges it. Rejects when the
   * replica is not reached, has no such verb (older code), or has not answered after `deadlineMs`.
   */
  sync(region: string, bundle: Bundle, deadlineMs: number): Promise<unknown>;
}
