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

type ByRound = ReadonlyMap<number, number>;

/** Two drivers' figures of each round that both have. */
function pairsOf(ours: ByRound, theirs: ByRound): readonly (readonly [number, number])[] {
  return [...ours].flatMap(([round, value]) => {
    const other = theirs.get(round);
    return other === undefined ? [] : [[value, other] as const];
  });
}

/** How much more one driver has than the other, round by round. */
export function differenceOf(ours: ByRound, theirs: ByRound): Spread | undefined {
  return spreadOf(pairsOf(ours, theirs).map(([value, other]) => value - other));
}

/**
 * The ratio of two drivers round by round: each pair was measured within moments of the other,
 * so that what slowed the whole machine meanwhile falls out.
 */
export function ratioOf(ours: ByRound, theirs: ByRound): Spread | undefined {
  const pairs = pairsOf(ours, theirs).filter(([, other]) => other !== 0);
  return spreadOf(pairs.map(([value, other]) => value / other));
}
