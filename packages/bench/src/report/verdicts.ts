import type { Lookup } from './lookup.js';
import type { Presentation } from './presentation.js';
import type { Spread } from './spread.js';
import { boundText, isReached, type Target } from './target.js';

/** What came of a target. */
export interface Verdict {
  readonly claim: string;
  readonly wanted: string;
  readonly measured: Spread;
  readonly reached: boolean;
}

function verdictOf(target: Target, lookup: Lookup): Verdict | undefined {
  const measured = target.measured(lookup);
  if (measured === undefined || Number.isNaN(measured.median)) return undefined;
  const reached = isReached(target, measured.median);
  return { claim: target.claim, wanted: boundText(target), measured, reached };
}

/** Of those targets that were measured. */
export function verdictsOf(lookup: Lookup, { targets }: Presentation): readonly Verdict[] {
  return targets.flatMap((target) => verdictOf(target, lookup) ?? []);
}
