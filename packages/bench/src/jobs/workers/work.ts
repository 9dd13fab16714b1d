import type { BlocksWork } from '../blocks/work.js';

/** The job of one child process: the job `blocks` in several worker threads at once. */
export interface WorkersWork {
  readonly workers: number;
  /** The module of the driver, which each worker loads for itself. */
  readonly module: string;
  /** The work of each; with another seed. */
  readonly each: BlocksWork;
}
