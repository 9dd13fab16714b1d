import type { GivenOptions, OptionName } from '../options/given-options.js';
import type { Report } from '../report/report.js';

/** What a trial is given to run with. */
export interface TrialRun {
  /** A directory for the trial's files; whoever made it removes it. */
  readonly scratch: string;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Says what is being done just now. */
  readonly progress: (text: string) => void;
}

/** One round of one driver that did not end as it should: an error, or wrong bytes. */
export interface Failure {
  readonly driver: string;
  readonly round: number;
  readonly message: string;
}

export interface TrialResult {
  readonly trial: string;
  /** Every setting that the trial ran with, defaults included. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Every sample, as measured. */
  readonly samples: readonly object[];
  readonly failures: readonly Failure[];
  readonly report: Report;
}

/** A trial with all its settings, ready to run. */
export type PlannedTrial = (run: TrialRun) => Promise<TrialResult>;

/** A question that the bench can answer: a workload, the drivers that can do it, and a report. */
export interface Trial {
  readonly name: string;
  readonly summary: string;
  readonly drivers: readonly string[];
  /** The options that mean something to it. */
  readonly options: readonly OptionName[];
  /** Throws a UsageError for options that make no sense, before anything has been done. */
  plan(given: GivenOptions, full: boolean): PlannedTrial;
}
