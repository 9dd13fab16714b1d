import type { Lookup } from '../lookup.js';
import { metricLabel, type Metric } from '../metric.js';
import type { Presentation } from '../presentation.js';
import { barPlot, type Bar } from './bar-plot.js';
import { distributionFigures } from './distribution-figures.js';
import type { DriverColours } from './driver-colours.js';
import { figureOf, type Figure } from './figure.js';
import { linePlot, type Point } from './line-plot.js';
import type { Picture } from './render-plot.js';

function axisLabel(metric: Metric): string {
  return `${metricLabel(metric)} (${metric.better} is better)`;
}

function compared({ speed, cost }: Presentation): readonly Metric[] {
  return cost === undefined ? [speed] : [speed, cost];
}

export function barsOf(lookup: Lookup, inCase: string, metric: Metric): readonly Bar[] {
  return lookup.findings.drivers.flatMap((driver) => {
    const spread = lookup.spread(driver, inCase, metric);
    return spread === undefined ? [] : [{ driver, spread }];
  });
}

function barPictures(
  lookup: Lookup,
  presentation: Presentation,
  colours: DriverColours,
): readonly Picture[] {
  return lookup.findings.cases.flatMap(({ name }) =>
    compared(presentation).flatMap((metric) => {
      const bars = barsOf(lookup, name, metric);
      if (bars.length === 0) return [];
      const { digits } = metric;
      return [barPlot({ title: name, label: axisLabel(metric), bars, digits }, colours)];
    }),
  );
}

function curvePictures(
  lookup: Lookup,
  presentation: Presentation,
  colours: DriverColours,
): readonly Picture[] {
  const { drivers, cases } = lookup.findings;
  return [...compared(presentation), ...presentation.metrics].flatMap((metric) => {
    const points = drivers.flatMap((driver) =>
      cases.flatMap(({ name, x }): readonly Point[] => {
        const spread = lookup.spread(driver, name, metric);
        if (spread === undefined || x === undefined) return [];
        return [{ driver, x, y: spread.median, min: spread.min, max: spread.max }];
      }),
    );
    if (points.length === 0) return [];
    const ticks = cases.flatMap(({ x }) => x ?? []);
    return [
      linePlot(
        {
          title: metricLabel(metric),
          points,
          x: {
            label: presentation.axis ?? 'case',
            ticks,
            format: (value) => value.toLocaleString('en'),
          },
          y: { label: `${metric.better} is better` },
        },
        colours,
      ),
    ];
  });
}

/** What a trial's findings look like. */
export function trialFigures(
  lookup: Lookup,
  presentation: Presentation,
  colours: DriverColours,
): readonly Figure[] {
  const { trial } = lookup.findings;
  const isCurve = presentation.layout === 'curve';
  const pictures = (isCurve ? curvePictures : barPictures)(lookup, presentation, colours);
  const what = compared(presentation).map(metricLabel).join(' and ');
  const caption = `${trial}: ${what} of each driver${isCurve ? ` by ${presentation.axis ?? 'case'}` : ', case by case'}; medians with their range`;
  return [
    ...(pictures.length === 0
      ? []
      : [figureOf(`${trial}-${isCurve ? 'curves' : 'bars'}`, caption, pictures)]),
    ...distributionFigures(lookup, presentation, colours),
  ];
}
