import type { GivenOptions, OptionName } from '../options/given-options.js';
import type { Presentation } from '../report/presentation.js';
import type { Findings } from './findings.js';

/** What a trial is given to run with. */
export interface TrialRun {
  /** A directory for the trial's files; whoever made it removes it. */
  readonly scratch: string;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Says what is being done just now. */
  readonly progress: (text: string) => void;
}

/** How thoroughly to measure. */
export type Effort = 'quick' | 'full';

/** A trial with all its settings, ready to run. */
export type PlannedTrial = (run: TrialRun) => Promise<Findings>;

/** A question that the bench can answer: a workload, the drivers that can do it, and a report. */
export interface Trial {
  readonly name: string;
  readonly summary: string;
  readonly drivers: readonly string[];
  /** The options that mean something to it. */
  readonly options: readonly OptionName[];
  readonly presentation: Presentation;
  /** Throws a UsageError for options that make no sense, before anything has been done. */
  plan(given: GivenOptions, effort: Effort): PlannedTrial;
}
