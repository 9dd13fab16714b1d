import { UsageError } from '../options/usage-error.js';
import type { Samples } from '../samples/samples.js';
import { allTrials } from '../trials/all-trials.js';
import { Lookup } from './lookup.js';
import type { Presentation } from './presentation.js';

/** A trial's findings, and how they are shown. */
export interface ShownTrial {
  readonly lookup: Lookup;
  readonly presentation: Presentation;
}

/** Throws a UsageError for a trial that this bench does not know. */
export function shownTrials({ trials }: Samples): readonly ShownTrial[] {
  return trials.map((findings) => {
    const known = allTrials.find(({ name }) => name === findings.trial);
    if (known === undefined) {
      throw new UsageError(
        `the samples have a trial '${findings.trial}', which this bench does not know: read them with the bench that wrote them`,
      );
    }
    return { lookup: new Lookup(findings), presentation: known.presentation };
  });
}
