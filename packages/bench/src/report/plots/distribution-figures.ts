import { median } from 'simple-statistics';
import type { Lookup } from '../lookup.js';
import { isKnown } from '../metric.js';
import type { Presentation } from '../presentation.js';
import type { DriverColours } from './driver-colours.js';
import { figureOf, type Figure } from './figure.js';
import { linePlot, type Point } from './line-plot.js';

/** The greatest has no place on the axis, on which each nine is as wide as the one before. */
const GREATEST = 100;
const TICKS = [50, 90, 99, 99.9, 99.99];

/** One in how many is beyond a percentile: 10 for p90, 100 for p99. */
function oneIn(percentile: number): number {
  return GREATEST / (GREATEST - percentile);
}

function percentileName(place: number): string {
  return `p${Number((GREATEST - GREATEST / place).toFixed(2))}`;
}

function pointsOf(lookup: Lookup, distribution: string, inCase: string): readonly Point[] {
  return lookup.findings.drivers.flatMap((driver) => {
    const values = new Map<number, number[]>();
    for (const { count, curve } of lookup.distributions(driver, inCase, distribution)) {
      for (const [percentile, microseconds] of curve) {
        if (percentile < GREATEST && isKnown(percentile, count) && microseconds > 0) {
          values.set(percentile, [...(values.get(percentile) ?? []), microseconds]);
        }
      }
    }
    return [...values].map(([percentile, all]) => ({
      driver,
      x: oneIn(percentile),
      y: median(all),
    }));
  });
}

/** How latencies (or delays) are distributed: a figure for each kind, a plot for each case. */
export function distributionFigures(
  lookup: Lookup,
  { distributions = [] }: Presentation,
  colours: DriverColours,
): readonly Figure[] {
  const { trial, cases } = lookup.findings;
  return distributions.flatMap((distribution) => {
    const pictures = cases.flatMap(({ name }) => {
      const points = pointsOf(lookup, distribution, name);
      if (points.length === 0) return [];
      return [
        linePlot(
          {
            title: `${distribution}: ${name}`,
            points,
            x: { label: 'percentile', ticks: TICKS.map(oneIn), format: percentileName },
            y: { label: 'microseconds (less is better)' },
          },
          colours,
        ),
      ];
    });
    if (pictures.length === 0) return [];
    const caption = `${trial}: percentiles of ${distribution} of each driver, case by case`;
    return [figureOf(`${trial}-${distribution}`, caption, pictures)];
  });
}
