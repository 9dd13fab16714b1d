import { formatFactor } from './format.js';
import type { Lookup } from './lookup.js';
import { lineOf, tableOfColumns, type Line } from './marked-table.js';
import { metricLabel, type Metric } from './metric.js';
import type { Presentation } from './presentation.js';
import type { Section } from './report.js';

function flatnessLine(lookup: Lookup, drivers: readonly string[], metric: Metric): Line {
  return {
    title: 'greatest\n/least',
    better: 'less',
    spreads: drivers.map((driver) => lookup.flatness(driver, metric)),
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
