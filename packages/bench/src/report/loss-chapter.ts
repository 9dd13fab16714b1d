import { AIO } from '../trials/drivers.js';
import { formatNumber, formatMedianAndRange } from './format.js';
import type { Chapter } from './pages/page.js';
import { ratiosOf, type Ratio } from './ratios.js';
import type { Cell, Column } from './report.js';
import type { ShownTrial } from './shown-trials.js';
import type { Spread } from './spread.js';

/** A driver that does better, and how many times. */
interface Loss {
  readonly ratio: Ratio;
  readonly factor: Spread;
}

/** How many times better each other driver is than aio; below 1 it is not. */
function* comparisonsOf(trial: ShownTrial): Generator<Loss> {
  for (const ratio of ratiosOf(trial)) {
    const { case: inCase, metric, driver, other } = ratio;
    if (driver !== AIO) continue;
    const factor =
      metric.better === 'less' ? ratio.spread : trial.lookup.ratio(other, driver, inCase, metric);
    if (factor !== undefined) yield { ratio, factor };
  }
}

function isLoss({ factor: { median } }: Loss): boolean {
  return Number.isFinite(median) && median > 1;
}

function byFactor(a: Loss, b: Loss): number {
  return b.factor.median - a.factor.median;
}

/** Those of one figure in one case. */
function together(losses: readonly Loss[]): readonly (readonly Loss[])[] {
  const groups = new Map<string, Loss[]>();
  for (const loss of losses) {
    const { trial, case: inCase, metric } = loss.ratio;
    const key = JSON.stringify([trial, inCase, metric.name]);
    groups.set(key, [...(groups.get(key) ?? []), loss]);
  }
  return [...groups.values()].map((group) => group.sort(byFactor));
}

function rowOf([worst, ...others]: readonly Loss[]): readonly Cell[] {
  const { ratio, factor } = worst!;
  return [
    { text: ratio.trial },
    { text: ratio.case },
    { text: ratio.metric.name },
    { text: ratio.other },
    { text: formatMedianAndRange(factor, 2) },
    {
      text:
        others
          .map((loss) => `${loss.ratio.other} ${formatNumber(loss.factor.median, 2)}`)
          .join(', ') || '-',
    },
  ];
}

const COLUMNS: readonly Column[] = [
  { title: 'trial', align: 'left' },
  { title: 'case', align: 'left' },
  { title: 'figure', align: 'left' },
  { title: 'the best', align: 'left' },
  { title: 'times better (min..max)', align: 'right' },
  { title: 'others that are better, times', align: 'left' },
];

/** Every figure in which aio is not the best. */
export function lossChapter(trials: readonly ShownTrial[]): Chapter {
  const all = trials.flatMap((trial) => [...comparisonsOf(trial)]);
  const losses = all.filter(isLoss);
  const rows = together(losses).map(rowOf);
  return {
    title: `Where ${AIO} loses`,
    paragraphs: [
      `Of ${all.length} comparisons of ${AIO} with another driver, in speed or CPU, the other one is better in ${losses.length}.`,
    ],
    figures: [],
    sections:
      rows.length === 0
        ? []
        : [{ heading: 'Who is better', table: { columns: COLUMNS, rows }, meaning: [] }],
    notes: [],
  };
}
