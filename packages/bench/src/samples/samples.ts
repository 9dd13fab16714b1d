import type { Machine } from '../report/machine.js';
import type { Noise } from '../report/noise.js';
import type { Findings } from '../trials/findings.js';

/** Of the file's form: one more with each change that a reader has to know of. */
export const SCHEMA = 1;

/** A trial that did not end, for a reason of its own (no room for its files, say). */
export interface BrokenTrial {
  readonly trial: string;
  readonly message: string;
}

/** A run, whole: reports are made of it and nothing else. It is what `--json` writes. */
export interface Samples {
  readonly schema: typeof SCHEMA;
  /** The command line: `pnpm bench --full`. */
  readonly command: string;
  /** When it started, in ISO 8601. */
  readonly started: string;
  /** How long it took. */
  readonly seconds: number;
  readonly machine: Machine;
  readonly noise: Noise;
  readonly trials: readonly Findings[];
  readonly broken: readonly BrokenTrial[];
}
