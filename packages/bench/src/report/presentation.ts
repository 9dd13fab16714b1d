import type { Lookup } from './lookup.js';
import type { Metric } from './metric.js';
import type { Section } from './report.js';
import type { Target } from './target.js';

/** How a trial's findings are shown. */
export interface Presentation {
  /** What it is about first of all; ratios are of this and of `cost`. */
  readonly speed: Metric;
  readonly cost?: Metric;
  /** Further columns. */
  readonly metrics: readonly Metric[];
  /** The drivers that the others are compared with. */
  readonly versus: readonly string[];
  /** Controls, which are no competitors. */
  readonly controls?: readonly string[];
  /** A table for each case, or one in which each case is a column. */
  readonly layout: 'tables' | 'curve';
  /** Of a curve. */
  readonly axis?: string;
  /** Distributions that are worth a plot. */
  readonly distributions?: readonly string[];
  /** Figures of others, beside what was found. */
  readonly beside?: (lookup: Lookup) => readonly Section[];
  /** What we want to reach, and whether it was. */
  readonly targets: readonly Target[];
}
