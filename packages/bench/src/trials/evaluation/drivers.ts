import { modulePath } from '../../process/module-path.js';
import { runJob } from '../../process/run-job.js';
import type { EvaluationSample, EvaluationWork } from './workload.js';

/** A way to do the reads, in a process of its own. */
export interface EvaluationDriverEntry {
  readonly name: string;
  run(work: EvaluationWork, signal: AbortSignal): Promise<EvaluationSample>;
}

const MEASURE = modulePath('./measure.js', import.meta.url);

function entry(name: string): EvaluationDriverEntry {
  const driver = modulePath(`../../drivers/${name}/evaluation.js`, import.meta.url);
  return { name, run: (work, signal) => runJob({ measure: MEASURE, driver, work }, signal) };
}

/** The control: the same timers and no file. It is run with whatever drivers were chosen. */
export const idle: EvaluationDriverEntry = entry('idle');

/** What the others are compared with. */
export const BASELINE = 'fs-promises';

export const evaluationDrivers: readonly EvaluationDriverEntry[] = [
  entry('aio-bind'),
  entry(BASELINE),
  entry('fs-sync'),
];
