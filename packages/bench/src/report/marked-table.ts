import { formatFactor, formatMedian, formatMedianAndRange } from './format.js';
import type { Metric } from './metric.js';
import type { Cell, Column, Table } from './report.js';
import type { Spread } from './spread.js';

/** Figures that are compared with each other, and the line (row or column) that they make. */
export interface Line {
  readonly title: string;
  readonly better: Metric['better'];
  readonly spreads: readonly (Spread | undefined)[];
  readonly format: (spread: Spread | undefined) => string;
  /** Those that are not compared (a control). */
  readonly outside: readonly boolean[];
}

export function lineOf(
  metric: Metric,
  spreads: readonly (Spread | undefined)[],
  outside: readonly boolean[],
): Line {
  const { title, better, digits, range } = metric;
  const format = (spread: Spread | undefined): string =>
    range === true ? formatMedianAndRange(spread, digits) : formatMedian(spread, digits);
  return { title, better, spreads, format, outside };
}

export function factorLine(
  title: string,
  better: Metric['better'],
  spreads: readonly (Spread | undefined)[],
): Line {
  return { title, better, spreads, format: formatFactor, outside: spreads.map(() => true) };
}

function bestOf({ better, spreads, outside }: Line): number | undefined {
  const medians = spreads
    .filter((spread, i) => spread !== undefined && outside[i] !== true)
    .map((spread) => spread?.median ?? 0);
  if (medians.length < 2) return undefined;
  const best = better === 'more' ? Math.max(...medians) : Math.min(...medians);
  // Nobody is best where all are alike.
  return medians.every((median) => median === best) ? undefined : best;
}

function cellsOf(line: Line): readonly Cell[] {
  const best = bestOf(line);
  return line.spreads.map((spread, i) => {
    const text = line.format(spread);
    const isBest = best !== undefined && spread?.median === best && line.outside[i] !== true;
    return isBest ? { text, best: true } : { text };
  });
}

/** A table with a row for each name and a column for each line. */
export function tableOfColumns(
  first: Column,
  names: readonly string[],
  lines: readonly Line[],
): Table {
  const columns = lines.map(cellsOf);
  return {
    columns: [first, ...lines.map(({ title }) => ({ title, align: 'right' as const }))],
    rows: names.map((name, i) => [
      { text: name },
      ...columns.map((cells) => cells[i] ?? { text: '-' }),
    ]),
  };
}
