import type { Findings } from '../trials/findings.js';
import { curveSections } from './curve-sections.js';
import { Lookup } from './lookup.js';
import type { Presentation } from './presentation.js';
import type { Report } from './report.js';
import { tableSections } from './table-sections.js';
import { targetSection } from './target-section.js';

function isUnchecked({ samples }: Findings): boolean {
  return samples.some(({ residency }) => residency !== undefined && residency.before === undefined);
}

/** What findings tell people. */
export function makeReport(findings: Findings, presentation: Presentation): Report {
  const lookup = new Lookup(findings);
  const sections =
    presentation.layout === 'curve'
      ? curveSections(lookup, presentation)
      : tableSections(lookup, presentation);
  return {
    title: `${findings.trial}: ${findings.title}`,
    sections: [
      ...sections,
      ...(presentation.beside?.(lookup) ?? []),
      ...targetSection(lookup, presentation),
    ],
    notes: [
      `medians of ${findings.repeats} interleaved rounds, each in a process of its own; ratios are medians of the ratios within a round`,
      ...findings.notes,
      ...(isUnchecked(findings)
        ? [
            'how much of the files was in memory was not looked at in all cases (fincore, of util-linux, is not installed)',
          ]
        : []),
      ...findings.missing,
    ],
  };
}
