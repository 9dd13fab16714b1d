import { formatNumber } from './format.js';
import type { Lookup } from './lookup.js';
import type { Metric } from './metric.js';
import { differenceOf, ratioOf, spreadOf, type Spread } from './spread.js';

/** Something to reach: a bound for a figure that is made of findings. */
export interface Target {
  /** What is claimed: `4k, iodepth 32: aio's reads/s are those of fs-promises times`. */
  readonly claim: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: string;
  /** Whose figure it is, and whose it is compared with. */
  readonly drivers: readonly string[];
  /** Of which cases; of all that there are unless given. */
  readonly cases?: readonly string[];
  /** Undefined where it was not measured. */
  measured(lookup: Lookup): Spread | undefined;
}

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

interface Compared {
  readonly case: string;
  readonly driver: string;
  readonly metric: Metric;
}

/** One driver is so much faster (or needs so much less) than another. */
export function versus(
  { case: inCase, driver, metric, other }: Compared & { readonly other: string },
  bound: Bound,
): Target {
  return {
    claim: `${inCase}: ${metric.name} of ${driver} over that of ${other}`,
    ...bound,
    unit: 'x',
    drivers: [driver, other],
    cases: [inCase],
    measured: (lookup) => lookup.ratio(driver, other, inCase, metric),
  };
}

/** One driver in one case, against itself in another. */
export function share(
  { case: inCase, driver, metric, of }: Compared & { readonly of: string },
  bound: Bound,
): Target {
  return {
    claim: `${metric.name} of ${driver}: ${inCase}, over ${of}`,
    ...bound,
    unit: 'x',
    drivers: [driver],
    cases: [inCase, of],
    measured: (lookup) =>
      ratioOf(lookup.byRound(driver, inCase, metric), lookup.byRound(driver, of, metric)),
  };
}

/** A figure as it is, or beyond that of a control. */
export function value(
  { case: inCase, driver, metric, beyond }: Compared & { readonly beyond?: string },
  bound: Bound,
  unit: string,
): Target {
  return {
    claim: `${inCase}: ${metric.name} of ${driver}${beyond === undefined ? '' : ` beyond that of ${beyond}`}`,
    ...bound,
    unit,
    drivers: beyond === undefined ? [driver] : [driver, beyond],
    cases: [inCase],
    measured(lookup) {
      const own = lookup.byRound(driver, inCase, metric);
      if (beyond === undefined) return spreadOf([...own.values()]);
      return differenceOf(own, lookup.byRound(beyond, inCase, metric));
    },
  };
}

/** A figure's greatest over its least, across all cases of a curve. */
export function flat({ driver, metric }: Omit<Compared, 'case'>, bound: Bound): Target {
  return {
    claim: `${metric.name} of ${driver}: the greatest over the least of all cases`,
    ...bound,
    unit: 'x',
    drivers: [driver],
    measured: (lookup) => lookup.flatness(driver, metric),
  };
}

export function isReached({ atLeast, atMost }: Target, measured: number): boolean {
  return measured >= (atLeast ?? -Infinity) && measured <= (atMost ?? Infinity);
}

export function boundText({ atLeast, atMost, unit }: Target): string {
  const bound = atLeast ?? atMost ?? 0;
  return `${atLeast === undefined ? 'at most' : 'at least'} ${formatNumber(bound, 2)}${unit}`;
}
