/** How long messages waited for their delivery, as a histogram: quantiles over many points and rooms need the counts. */

/** Upper bounds of the buckets in ms; one more bucket has what waited longer. A tick is 10 ms, and 0 is usual. */
export const WAIT_BOUNDS_MS = [0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560] as const;

/** Buckets, the open one too. */
export const WAIT_BUCKETS = WAIT_BOUNDS_MS.length + 1;

/** Bounds double from 5 ms on: a shift finds the bucket. */
export function bucketOf(ms: number): number {
  if (ms <= 0) return 0;
  return Math.min(WAIT_BUCKETS - 1, 33 - Math.clz32(Math.ceil(ms / 5) - 1));
}
