import { modulePath } from '../process/module-path.js';
import { runJob, type Environment } from '../process/run-job.js';
import type { Driver } from './plan.js';

/** A driver in Node, whose module is `drivers/<module>/<job>.js`, measured by `jobs/<job>/measure.js`. */
export function nodeDriver<Work>(
  name: string,
  job: string,
  { module = name, driverJob = job, environment }: NodeDriverOptions<Work> = {},
): Driver<Work> {
  const measure = modulePath(`../jobs/${job}/measure.js`, import.meta.url);
  const driver = modulePath(`../drivers/${module}/${driverJob}.js`, import.meta.url);
  return {
    name,
    run: (work, signal) => runJob({ measure, driver, work }, signal, environment?.(work)),
  };
}

export interface NodeDriverOptions<Work> {
  readonly module?: string;
  /** Which job's driver it is, where that is not the job itself. */
  readonly driverJob?: string;
  readonly environment?: (work: Work) => Environment;
}
