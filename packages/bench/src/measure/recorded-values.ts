import type { Histogram } from 'node:perf_hooks';

/** Well within each value's share of all, so that no rounding takes it for its neighbour. */
const WITHIN = 0.75;

/** All values that one of Node's histograms has, each as often as it was recorded, from the least to the greatest. */
export function recordedValues(histogram: Pick<Histogram, 'count' | 'percentile'>): number[] {
  const { count } = histogram;
  return Array.from({ length: count }, (_, i) =>
    histogram.percentile(((i + WITHIN) / count) * 100),
  );
}
