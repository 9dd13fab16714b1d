import type { GivenOptions } from '../../options/given-options.js';

export interface EvaluationSettings {
  /** How many of the files are read in each round; a table for each. */
  readonly fileCounts: readonly number[];
  readonly intervalMs: number;
  readonly rounds: number;
  readonly repeats: number;
}

export function evaluationSettings(given: GivenOptions, full: boolean): EvaluationSettings {
  return {
    fileCounts: [1, 6, 12, 24],
    intervalMs: 1,
    rounds: given.rounds ?? (full ? 1000 : 150),
    repeats: given.repeats ?? (full ? 5 : 3),
  };
}
