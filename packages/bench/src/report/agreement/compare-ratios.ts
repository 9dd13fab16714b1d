import { ratiosOf, type Ratio } from '../ratios.js';
import type { ShownTrial } from '../shown-trials.js';

/** One ratio in two runs. */
export interface Compared {
  readonly ratio: Ratio;
  readonly here: number;
  readonly there: number;
  /** How far they are apart: 0.1 where one is 10 % more than the other. */
  readonly apart: number;
}

export interface Comparison {
  /** What both runs have. */
  readonly compared: readonly Compared[];
  /** How many ratios only one of them has. */
  readonly onlyHere: number;
  readonly onlyThere: number;
}

function keyOf({ case: inCase, metric, driver, other }: Ratio): string {
  return JSON.stringify([inCase, metric.name, driver, other]);
}

/** Those that are a number of times; of what a driver did not do there is none. */
function byKey(trial: ShownTrial): ReadonlyMap<string, Ratio> {
  const ratios = [...ratiosOf(trial)].filter(
    ({ spread: { median } }) => median > 0 && Number.isFinite(median),
  );
  return new Map(ratios.map((ratio) => [keyOf(ratio), ratio]));
}

/** The ratios that two runs of a trial have in common, and how many they have not. */
export function compareRatios(here: ShownTrial, there: ShownTrial): Comparison {
  const [ours, theirs] = [byKey(here), byKey(there)];
  const compared = [...ours].flatMap(([key, ratio]) => {
    const other = theirs.get(key)?.spread.median;
    if (other === undefined) return [];
    const { median } = ratio.spread;
    const apart = Math.max(median, other) / Math.min(median, other) - 1;
    return [{ ratio, here: median, there: other, apart }];
  });
  return {
    compared,
    onlyHere: ours.size - compared.length,
    onlyThere: theirs.size - compared.length,
  };
}
