import { formatFactor, formatNumber } from './format.js';
import type { Lookup } from './lookup.js';
import { factorLine, lineOf, tableOfColumns, type Line } from './marked-table.js';
import type { Presentation } from './presentation.js';
import type { Section } from './report.js';

const SUBJECT = 'aio';

function measuredIn(lookup: Lookup, inCase: string): readonly string[] {
  const { samples, failures, drivers } = lookup.findings;
  const seen = new Set(
    [...samples, ...failures].filter((it) => it.case === inCase).map(({ driver }) => driver),
  );
  return drivers.filter((driver) => seen.has(driver));
}

function residentLine(lookup: Lookup, drivers: readonly string[], inCase: string): readonly Line[] {
  const spreads = drivers.map((driver) => lookup.resident(driver, inCase));
  if (spreads.every((spread) => spread === undefined)) return [];
  return [
    {
      title: 'in memory\nmin..max',
      better: 'more',
      spreads,
      format: (spread) =>
        spread === undefined
          ? '-'
          : `${formatNumber(spread.min * 100, 0)}..${formatNumber(spread.max * 100, 0)} %`,
      outside: spreads.map(() => true),
    },
  ];
}

function linesOf(
  lookup: Lookup,
  { speed, cost, metrics, versus, controls = [] }: Presentation,
  drivers: readonly string[],
  inCase: string,
): readonly Line[] {
  const outside = drivers.map((driver) => controls.includes(driver));
  const compared = cost === undefined ? [speed] : [speed, cost];
  const plain = [...compared, ...metrics].map((metric) =>
    lineOf(
      metric,
      drivers.map((driver) => lookup.spread(driver, inCase, metric)),
      outside,
    ),
  );
  const ratios = versus
    .filter((other) => drivers.includes(other))
    .flatMap((other) =>
      compared.map((metric) =>
        factorLine(
          `${metric.name} vs\n${other}`,
          metric.better,
          drivers.map((driver) =>
            controls.includes(driver) ? undefined : lookup.ratio(driver, other, inCase, metric),
          ),
        ),
      ),
    );
  const shown = plain.filter(({ spreads }) => spreads.some((spread) => spread !== undefined));
  return [
    ...shown.slice(0, compared.length),
    ...ratios,
    ...shown.slice(compared.length),
    ...residentLine(lookup, drivers, inCase),
  ];
}

function meaningOf(
  lookup: Lookup,
  { speed, cost, versus }: Presentation,
  inCase: string,
): readonly string[] {
  return versus.flatMap((other) => {
    const faster = lookup.ratio(SUBJECT, other, inCase, speed);
    if (faster === undefined) return [];
    const cheaper = cost === undefined ? undefined : lookup.ratio(SUBJECT, other, inCase, cost);
    const costs = cheaper === undefined ? '' : `, ${formatFactor(cheaper)} its ${cost?.name}`;
    return `${SUBJECT}: ${formatFactor(faster)} the ${speed.name} of ${other}${costs}`;
  });
}

/** A table for each case: a row for each driver. */
export function tableSections(lookup: Lookup, presentation: Presentation): readonly Section[] {
  return lookup.findings.cases.map(({ name }) => {
    const drivers = measuredIn(lookup, name);
    return {
      heading: name,
      table: tableOfColumns(
        { title: 'driver', align: 'left' },
        drivers.map((driver) => (lookup.failed(driver) ? `${driver} FAILED` : driver)),
        linesOf(lookup, presentation, drivers, name),
      ),
      meaning: meaningOf(lookup, presentation, name),
    };
  });
}
