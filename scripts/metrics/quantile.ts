/**
 * A quantile of what a histogram counts, to a tenth: within a bucket as if its values were spread evenly. What lies beyond
 * the last bound is given as that bound. `counts` has one bucket more than there are bounds. Undefined for no values.
 */
export function quantile(
  level: number,
  bounds: readonly number[],
  counts: readonly number[],
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = level * total;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    const [below, above] = [bounds[bucket - 1] ?? 0, bounds[bucket]];
    if (above === undefined) return below;
    if (count > 0 && before + count >= rank)
      return Math.round((below + ((above - below) * (rank - before)) / count) * 10) / 10;
    before += count;
  }
  return bounds.at(-1);
}
