/** Several rounds of one figure. */
export interface Sample {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

/** @throws for no values: a figure that was never measured is not 0 */
export function sampleOf(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const least = sorted[0];
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) throw new Error("No round gave this figure");
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? least;
  const high = sorted[Math.ceil(middle)] ?? least;
  return { median: (low + high) / 2, least, most, rounds: sorted.length };
}

/** The sample of the ratios of two figures, round by round: what drifts on the machine falls out. */
export function ratioOf(values: readonly number[], floor: readonly number[]): Sample | undefined {
  const ratios = values.flatMap((value, round) => {
    const base = floor[round];
    return base === undefined || base === 0 ? [] : [value / base];
  });
  return ratios.length === 0 ? undefined : sampleOf(ratios);
}
