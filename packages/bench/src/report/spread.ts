import { max, median, min } from 'simple-statistics';

/** A set of samples in three figures. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Where there are no samples there is no spread. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const samples = [...values];
  return { median: median(samples), min: min(samples), max: max(samples) };
}

/**
 * The ratio of two drivers round by round: each pair was measured within moments of the other,
 * so that what slowed the whole machine meanwhile falls out.
 */
export function ratioOf(
  ours: ReadonlyMap<number, number>,
  theirs: ReadonlyMap<number, number>,
): Spread | undefined {
  const ratios: number[] = [];
  for (const [round, value] of ours) {
    const other = theirs.get(round);
    if (other !== undefined && other !== 0) ratios.push(value / other);
  }
  return spreadOf(ratios);
}
