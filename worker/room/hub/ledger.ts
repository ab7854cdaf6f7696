/**
 * The slots of a room: who can have how many. The one thing that must hold whatever is lost, late or doubled: the bound
 * of a region is never below what its replica may use, and no grant takes the sum of the bounds above the limit.
 */
import type { Known } from "./hub-store.ts";
import { BLOCKS_PER_REGION } from "./limits.ts";

/**
 * What is known of a replica after it claimed to hold `holds` under number `n`. A claim of a lower number is history. One
 * of the same number may have been answered with more in the meantime: then that counts.
 * @param solicited the claim answers a question of ours
 */
export function hear(known: Known, { n, holds }: { n: number; holds: number }, solicited: boolean): Known {
  if (n < known.n) return known;
  if (n === known.n) return { ...known, bound: Math.max(known.bound, holds) };
  return { ...known, n, bound: holds, solicited };
}

/** Slots that nobody can have. Negative where the limit was lowered below what is granted. */
export const freeSlots = (all: readonly Known[], limit: number): number =>
  all.reduce((free, { bound }) => free - bound, limit);

/**
 * How many slots a region gets on top.
 * @param lacking what it would like to have on top
 * @param regions among which the free ones are to be shared
 */
export function growth(free: number, lacking: number, limit: number, regions: number): number {
  if (free <= 0 || lacking <= 0) return 0;
  const block = Math.floor(limit / (BLOCKS_PER_REGION * regions));
  const share = Math.ceil(free / regions);
  return Math.min(share, Math.max(lacking, block));
}
