import { max, median } from 'simple-statistics';
import type { Samples } from '../../samples/samples.js';
import { formatNumber } from '../format.js';
import type { Chapter } from '../pages/page.js';
import type { Cell, Section } from '../report.js';
import { shownTrials } from '../shown-trials.js';
import { compareRatios, type Compared } from './compare-ratios.js';
import { differencesOf } from './differences.js';
import { verdictChanges } from './verdict-changes.js';

/** Two runs agree where ratios are no further apart. */
export const AGREED = 0.1;

function percent(share: number): string {
  return `${formatNumber(share * 100, 1)} %`;
}

function summaryRow(name: string, compared: readonly Compared[]): readonly Cell[] {
  const apart = compared.map((it) => it.apart);
  const within = apart.filter((it) => it <= AGREED).length;
  return [
    { text: name },
    { text: String(compared.length) },
    { text: apart.length === 0 ? '-' : percent(median(apart)) },
    { text: apart.length === 0 ? '-' : percent(within / apart.length) },
    { text: apart.length === 0 ? '-' : percent(max(apart)) },
  ];
}

function summary(trials: ReadonlyMap<string, readonly Compared[]>): Section {
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  return {
    heading: 'How far ratios are apart',
    table: {
      columns: [
        { title: 'trial', align: 'left' },
        ...[right('ratios'), right('median apart')],
        ...[right(`within ${AGREED * 100} %`), right('most apart')],
      ],
      rows: [
        ...[...trials].map(([trial, compared]) => summaryRow(trial, compared)),
        summaryRow('all', [...trials.values()].flat()),
      ],
    },
    meaning: [],
  };
}

function beyond(all: readonly Compared[]): readonly Section[] {
  const rows = all
    .filter(({ apart }) => apart > AGREED)
    .sort((a, b) => b.apart - a.apart)
    .map(({ ratio, here, there, apart }) => [
      { text: ratio.trial },
      { text: ratio.case },
      { text: `${ratio.metric.name} of ${ratio.driver} over that of ${ratio.other}` },
      { text: `${formatNumber(here, 2)}x` },
      { text: `${formatNumber(there, 2)}x` },
      { text: percent(apart) },
    ]);
  if (rows.length === 0) return [];
  return [
    {
      heading: `Ratios that are more than ${AGREED * 100} % apart`,
      table: {
        columns: [
          { title: 'trial', align: 'left' },
          { title: 'case', align: 'left' },
          { title: 'ratio', align: 'left' },
          { title: 'here', align: 'right' },
          { title: 'there', align: 'right' },
          { title: 'apart', align: 'right' },
        ],
        rows,
      },
      meaning: [],
    },
  ];
}

/** How far another run says the same. */
export function agreementChapter(samples: Samples, other: Samples): Chapter {
  const there = shownTrials(other);
  const trials = new Map<string, readonly Compared[]>();
  const notes = [...differencesOf(samples, other)];
  const changes: string[] = [];
  for (const here of shownTrials(samples)) {
    const { trial } = here.lookup.findings;
    const same = there.find(({ lookup }) => lookup.findings.trial === trial);
    if (same === undefined) continue;
    const { compared, onlyHere, onlyThere } = compareRatios(here, same);
    trials.set(trial, compared);
    if (onlyHere + onlyThere > 0) {
      notes.push(`ratios of ${trial} that only one run has: ${onlyHere} here, ${onlyThere} there`);
    }
    changes.push(...verdictChanges(here, same));
  }
  const all = [...trials.values()].flat();
  const within = all.filter(({ apart }) => apart <= AGREED).length;
  const share = all.length === 0 ? '' : ` (${percent(within / all.length)})`;
  return {
    title: `How far the run of ${other.started} agrees`,
    paragraphs: [
      `${within} of ${all.length} ratios${share} of speed and CPU are within ${AGREED * 100} % of those of the other run (${other.command}; ${other.machine.cores} x ${other.machine.cpu}, Linux ${other.machine.kernel}).`,
    ],
    figures: [],
    sections: [summary(trials), ...beyond(all)],
    notes: [
      ...notes,
      ...(changes.length === 0 ? ['all that was reached in one run was reached in both'] : changes),
    ],
  };
}
