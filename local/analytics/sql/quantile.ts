export interface Weighted {
  readonly value: number;
  /** How many rows of the data before sampling the row stands for. */
  readonly weight: number;
  readonly level: number;
}

/**
 * The smallest value that at least `level` of all weight is not above, as ClickHouse's `quantileExactWeighted` has it.
 * Undefined of no rows.
 */
export function quantileExactWeighted(rows: readonly Weighted[], level: number): number | undefined {
  const sorted = rows.toSorted((left, right) => left.value - right.value);
  const threshold = Math.ceil(sorted.reduce((sum, { weight }) => sum + weight, 0) * level);
  let seen = 0;
  for (const { value, weight } of sorted) {
    seen += weight;
    if (seen >= threshold) return value;
  }
  return sorted.at(-1)?.value;
}
