import type { Sample } from '../measure/sample.js';
import { modulePath } from '../process/module-path.js';
import { runJob, startJob, type Environment, type Running } from '../process/run-job.js';
import type { Watch } from '../process/count-system-calls.js';
import type { Driver } from './plan.js';

/** A driver in Node, whose module is `drivers/<module>/<job>.js`, measured by `jobs/<job>/measure.js`. */
export function nodeDriver<Work>(
  name: string,
  job: string,
  { module = name, driverJob = job, environment }: NodeDriverOptions<Work> = {},
): NodeDriver<Work> {
  const measure = modulePath(`../jobs/${job}/measure.js`, import.meta.url);
  const driver = modulePath(`../drivers/${module}/${driverJob}.js`, import.meta.url);
  return {
    name,
    start: (work, slices, signal) =>
      startJob({ measure, driver, work, slices }, signal, environment?.(work)),
    run: (work, signal, watch?: Watch) =>
      runJob({ measure, driver, work }, signal, environment?.(work), watch),
  };
}

export interface NodeDriver<Work> extends Driver<Work> {
  readonly start: (work: Work, slices: number, signal: AbortSignal) => Promise<Running>;
  /** @param watch - puts a program before Node that watches it */
  run(work: Work, signal: AbortSignal, watch?: Watch): Promise<Sample>;
}

export interface NodeDriverOptions<Work> {
  readonly module?: string;
  /** Which job's driver it is, where that is not the job itself. */
  readonly driverJob?: string;
  readonly environment?: (work: Work) => Environment;
}
