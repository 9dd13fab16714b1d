import type { Sample } from '../measure/sample.js';
import type { Turn } from './plan.js';

/** How much of the files was in memory; undefined where fincore(1) is not there to say it. */
export interface Residency {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** One sample and where it belongs. */
export interface Finding {
  readonly driver: string;
  readonly case: string;
  readonly round: number;
  readonly purpose: Turn['purpose'];
  readonly sample: Sample;
  readonly residency?: Residency;
}

/** One turn that did not end as it should: an error, or wrong bytes. */
export interface Failure {
  readonly driver: string;
  readonly case: string;
  readonly round: number;
  readonly message: string;
}

export interface CaseName {
  readonly name: string;
  readonly x?: number;
}

/** Everything that a trial found out: all of it is data, and reports are made of nothing else. */
export interface Findings {
  readonly trial: string;
  readonly title: string;
  /** Every setting that the trial ran with, defaults included. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly repeats: number;
  readonly cases: readonly CaseName[];
  /** Those that are there, in order. */
  readonly drivers: readonly string[];
  /** Every sample, as measured. */
  readonly samples: readonly Finding[];
  readonly failures: readonly Failure[];
  /** How to get what is not installed. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}
