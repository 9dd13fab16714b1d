import type { Lookup } from './lookup.js';
import type { Presentation } from './presentation.js';
import type { Spread } from './spread.js';
import { boundText, isReached, type Target } from './target.js';

/** What came of a target; where it was not measured, nobody knows whether it is reached. */
export interface Verdict {
  readonly claim: string;
  readonly wanted: string;
  readonly measured: Spread | undefined;
  readonly reached: boolean | undefined;
}

/** Whether it was to be measured: its cases were, and its drivers took part, or are controls, which always do. */
function isMeant(target: Target, lookup: Lookup, controls: readonly string[]): boolean {
  const { findings } = lookup;
  const { drivers, cases = lookup.curve } = target;
  return (
    cases.length > 0 &&
    cases.every((wanted) => findings.cases.some(({ name }) => name === wanted)) &&
    drivers.every((driver) => findings.drivers.includes(driver) || controls.includes(driver))
  );
}

function verdictOf(target: Target, lookup: Lookup): Verdict {
  const measured = target.measured(lookup);
  const reached = measured && isReached(target, measured.median);
  return { claim: target.claim, wanted: boundText(target), measured, reached };
}

/** Of all targets that were to be measured: one that is missed does not vanish with its control. */
export function verdictsOf(
  lookup: Lookup,
  { targets, controls = [] }: Presentation,
): readonly Verdict[] {
  return targets
    .filter((target) => isMeant(target, lookup, controls))
    .map((target) => verdictOf(target, lookup));
}
