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
  readonly resolution?: number | undefined;
}

export function lineOf(
  metric: Metric,
  spreads: readonly (Spread | undefined)[],
  outside: readonly boolean[],
): Line {
  const { title, better, digits, range, resolution } = metric;
  const format = (spread: Spread | undefined): string =>
    range === true ? formatMedianAndRange(spread, digits) : formatMedian(spread, digits);
  return { title, better, spreads, format, outside, resolution };
}

export function factorLine(
  title: string,
  better: Metric['better'],
  spreads: readonly (Spread | undefined)[],
): Line {
  return { title, better, spreads, format: formatFactor, outside: spreads.map(() => true) };
}

/** Which medians are the best, or can't be told from it. */
function bestOf(line: Line): ((median: number) => boolean) | undefined {
  const { better, spreads, outside, resolution = 0 } = line;
  const medians = spreads
    .filter((spread, i) => spread !== undefined && outside[i] !== true)
    .map((spread) => spread?.median ?? 0);
  if (medians.length < 2) return undefined;
  const best = better === 'more' ? Math.max(...medians) : Math.min(...medians);
  const isBest = (median: number): boolean =>
    median === best || Math.abs(median - best) < resolution;
  // Nobody is best where all are alike.
  return medians.every(isBest) ? undefined : isBest;
}

function cellsOf(line: Line): readonly Cell[] {
  const isBest = bestOf(line);
  return line.spreads.map((spread, i) => {
    const text = line.format(spread);
    const best = spread !== undefined && isBest?.(spread.median) === true;
    return best && line.outside[i] !== true ? { text, best } : { text };
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
