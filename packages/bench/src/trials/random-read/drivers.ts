import { runFio } from '../../drivers/fio/random-read.js';
import { modulePath } from '../../process/module-path.js';
import { runJob } from '../../process/run-job.js';
import type { RandomReadSample, RandomReadWork } from './workload.js';

/** A way to do the reads, in a process of its own. */
export interface RandomReadDriverEntry {
  readonly name: string;
  /** Throws a MissingDriver where what it drives is not installed. */
  run(work: RandomReadWork, signal: AbortSignal): Promise<RandomReadSample>;
}

const MEASURE = modulePath('./measure.js', import.meta.url);

function entry(name: string): RandomReadDriverEntry {
  const driver = modulePath(`../../drivers/${name}/random-read.js`, import.meta.url);
  return { name, run: (work, signal) => runJob({ measure: MEASURE, driver, work }, signal) };
}

/** What the others are compared with. */
export const LIMIT = 'fio-libaio';
export const BASELINE = 'fs-promises';

export const randomReadDrivers: readonly RandomReadDriverEntry[] = [
  entry('aio-bind'),
  { name: LIMIT, run: (work, signal) => runFio('libaio', work, signal) },
  entry('fs-sync'),
  entry(BASELINE),
];
