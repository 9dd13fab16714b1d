import { formatMedianAndRange } from './format.js';
import type { Lookup } from './lookup.js';
import type { Presentation } from './presentation.js';
import type { Cell, Section } from './report.js';
import { boundText, isReached } from './target.js';

/** What we want to reach, what was measured, and whether it is reached. */
export function targetSection(lookup: Lookup, { targets }: Presentation): readonly Section[] {
  const rows = targets.flatMap((target): readonly (readonly Cell[])[] => {
    const spread = target.measured(lookup);
    if (spread === undefined || Number.isNaN(spread.median)) return [];
    return [
      [
        { text: target.claim },
        { text: boundText(target) },
        { text: formatMedianAndRange(spread, 2) },
        { text: isReached(target, spread.median) ? 'yes' : 'NO' },
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    {
      heading: 'What is wanted, and whether it was reached here',
      table: {
        columns: [
          { title: 'figure', align: 'left' },
          { title: 'wanted', align: 'right' },
          { title: 'measured (min..max)', align: 'right' },
          { title: 'reached', align: 'left' },
        ],
        rows,
      },
      meaning: [],
    },
  ];
}
