import type { Chapter } from './pages/page.js';
import type { ShownTrial } from './shown-trials.js';
import { VERDICT_COLUMNS, verdictRow } from './target-section.js';
import { verdictsOf } from './verdicts.js';

/** What is wanted of all trials, in one table. */
export function verdictChapter(trials: readonly ShownTrial[]): Chapter {
  const all = trials.flatMap(({ lookup, presentation }) =>
    verdictsOf(lookup, presentation).map((verdict) => ({
      trial: lookup.findings.trial,
      verdict,
    })),
  );
  const reached = all.filter(({ verdict }) => verdict.reached === true).length;
  const unknown = all.filter(({ verdict }) => verdict.reached === undefined).length;
  return {
    title: 'What is wanted, and whether it was reached here',
    paragraphs: [
      `${reached} of ${all.length} figures are as wanted${unknown === 0 ? '' : `; ${unknown} were not measured`}.`,
    ],
    figures: [],
    sections:
      all.length === 0
        ? []
        : [
            {
              heading: 'All trials',
              table: {
                columns: [{ title: 'trial', align: 'left' }, ...VERDICT_COLUMNS],
                rows: all.map(({ trial, verdict }) => [{ text: trial }, ...verdictRow(verdict)]),
              },
              meaning: [],
            },
          ],
    notes: [],
  };
}
