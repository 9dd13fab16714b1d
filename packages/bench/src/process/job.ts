import type { Slices } from '../measure/slices.js';

/**
 * What a child process is to do. A child is loaded with nothing but what its job needs, and
 * through `require`: loading by `import` starts Node's thread pool, and with it every driver
 * would seem to have the pool's threads.
 */
export interface Job<Work> {
  /** The module that measures; it exports `measure(driver, work, slices)`. */
  readonly measure: string;
  /** The module that does the I/O in question; it exports what the measuring asks of a driver. */
  readonly driver: string;
  readonly work: Work;
  /** In how many pieces it is measured. */
  readonly slices: number;
}

/** What the module at {@link Job.measure} exports. */
export interface MeasureModule<Driver, Work, Sample> {
  measure(driver: Driver, work: Work, slices: Slices): Promise<Sample>;
}

/** The line that a child prints when it could begin its next slice, which it does when it reads a line. */
export const READY = 'ready';

/** The line that a child prints at the end, as JSON. */
export type Outcome<Sample> =
  | { readonly sample: Sample }
  | { readonly error: { readonly name: string; readonly message: string } };
