import { quantile } from 'simple-statistics';
import { formatNumber } from './format.js';
import type { ShownTrial } from './shown-trials.js';

/** How far from the least to the greatest of each figure's rounds, as a share of its median. */
function rangesOf({ lookup, presentation }: ShownTrial): readonly number[] {
  const { speed, cost, controls = [] } = presentation;
  const { cases } = lookup.findings;
  const drivers = lookup.findings.drivers.filter((driver) => !controls.includes(driver));
  return cases.flatMap(({ name }) =>
    drivers.flatMap((driver) =>
      (cost === undefined ? [speed] : [speed, cost]).flatMap((metric) => {
        const spread = lookup.spread(driver, name, metric);
        if (spread === undefined || spread.median === 0) return [];
        return [(spread.max - spread.min) / spread.median];
      }),
    ),
  );
}

/** How much the same figure varies from round to round, in words. */
export function steadinessText(trials: readonly ShownTrial[]): string {
  const ranges = trials.flatMap(rangesOf);
  if (ranges.length === 0) return 'nothing was measured';
  const [half, most] = [quantile(ranges, 0.5), quantile(ranges, 0.9)].map(
    (it) => `${formatNumber(it * 100, 0)} %`,
  );
  return `from the least to the greatest round: at most ${half} of the median for half of the figures, at most ${most} for nine of ten`;
}
