import { formatMedianAndRange } from './format.js';
import type { Lookup } from './lookup.js';
import type { Presentation } from './presentation.js';
import type { Cell, Column, Section } from './report.js';
import { verdictsOf, type Verdict } from './verdicts.js';

export const VERDICT_COLUMNS: readonly Column[] = [
  { title: 'figure', align: 'left' },
  { title: 'wanted', align: 'right' },
  { title: 'measured (min..max)', align: 'right' },
  { title: 'reached', align: 'left' },
];

export function verdictRow({ claim, wanted, measured, reached }: Verdict): readonly Cell[] {
  const answer = reached === undefined ? 'not measured' : reached ? 'yes' : 'NO';
  return [
    { text: claim },
    { text: wanted },
    { text: formatMedianAndRange(measured, 2) },
    { text: answer },
  ];
}

/** What we want to reach, what was measured, and whether it is reached. */
export function targetSection(lookup: Lookup, presentation: Presentation): readonly Section[] {
  const rows = verdictsOf(lookup, presentation).map(verdictRow);
  if (rows.length === 0) return [];
  return [
    {
      heading: 'What is wanted, and whether it was reached here',
      table: { columns: VERDICT_COLUMNS, rows },
      meaning: [],
    },
  ];
}
