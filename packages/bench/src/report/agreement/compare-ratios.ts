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

function keyOf({ case: inCase, metric, driver, other }: Ratio): string {
  return JSON.stringify([inCase, metric.name, driver, other]);
}

/** The ratios that two runs of a trial have in common. */
export function compareRatios(here: ShownTrial, there: ShownTrial): readonly Compared[] {
  const others = new Map([...ratiosOf(there)].map((ratio) => [keyOf(ratio), ratio.spread.median]));
  return [...ratiosOf(here)].flatMap((ratio) => {
    const median = ratio.spread.median;
    const other = others.get(keyOf(ratio));
    if (other === undefined || !(median > 0 && other > 0)) return [];
    const apart = Math.max(median, other) / Math.min(median, other) - 1;
    return [{ ratio, here: median, there: other, apart }];
  });
}
