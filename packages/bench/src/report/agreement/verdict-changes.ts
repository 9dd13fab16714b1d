import { formatMedian } from '../format.js';
import type { ShownTrial } from '../shown-trials.js';
import { verdictsOf, type Verdict } from '../verdicts.js';

function said({ reached, measured }: Verdict): string {
  if (reached === undefined) return 'not measured';
  return `${reached ? 'reached' : 'missed'} (${formatMedian(measured, 2)})`;
}

/** What was reached in only one of two runs. */
export function verdictChanges(here: ShownTrial, there: ShownTrial): readonly string[] {
  const others = new Map(
    verdictsOf(there.lookup, there.presentation).map((verdict) => [verdict.claim, verdict]),
  );
  return verdictsOf(here.lookup, here.presentation).flatMap((verdict) => {
    const other = others.get(verdict.claim);
    if (other === undefined || other.reached === verdict.reached) return [];
    return [
      `${here.lookup.findings.trial}: ${verdict.claim}: ${said(verdict)} here, ${said(other)} there`,
    ];
  });
}
