import { formatFactor } from './format.js';
import type { Lookup } from './lookup.js';
import { lineOf, tableOfColumns, type Line } from './marked-table.js';
import { metricLabel, type Metric } from './metric.js';
import type { Presentation } from './presentation.js';
import type { Section } from './report.js';
import { spreadOf } from './spread.js';

function flatnessLine(lookup: Lookup, drivers: readonly string[], metric: Metric): Line {
  const spreads = drivers.map((driver) => {
    const medians = lookup.curve
      .map((name) => lookup.spread(driver, name, metric)?.median)
      .filter((median) => median !== undefined);
    return medians.length < 2 ? undefined : spreadOf([Math.max(...medians) / Math.min(...medians)]);
  });
  return {
    title: 'greatest\n/least',
    better: 'less',
    spreads,
    format: formatFactor,
    outside: drivers.map(() => false),
  };
}

/** A table for each figure: a row for each driver, a column for each case. */
export function curveSections(lookup: Lookup, presentation: Presentation): readonly Section[] {
  const { drivers, cases } = lookup.findings;
  const names = cases.map(({ name }) => name);
  const { speed, cost, metrics, controls = [] } = presentation;
  const outside = drivers.map((driver) => controls.includes(driver));
  const shown = [speed, ...(cost === undefined ? [] : [cost]), ...metrics].filter((metric) =>
    names.some((name) =>
      drivers.some((driver) => lookup.spread(driver, name, metric) !== undefined),
    ),
  );
  return shown.map((metric) => ({
    heading: metricLabel(metric),
    table: tableOfColumns(
      { title: `driver \\ ${presentation.axis ?? 'case'}`, align: 'left' },
      drivers.map((driver) => (lookup.failed(driver) ? `${driver} FAILED` : driver)),
      [
        ...names.map((name) => ({
          ...lineOf(
            { ...metric, range: false },
            drivers.map((driver) => lookup.spread(driver, name, metric)),
            outside,
          ),
          title: name,
        })),
        flatnessLine(lookup, drivers, metric),
      ],
    ),
    meaning: [],
  }));
}
