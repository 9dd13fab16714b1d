import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { modulePath } from '../../process/module-path.js';
import type { Sample } from '../../measure/sample.js';
import { inSlices, oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch } from '../../measure/stopwatch.js';
import type { WorkerTask } from './worker.js';
import type { WorkersWork } from './work.js';

const WORKER = modulePath('./worker.js', import.meta.url);
/** Far apart, so that workers do not read the same blocks. */
const SEED_STEP = 0x9e3779b1;

async function messageOf(worker: Worker): Promise<unknown> {
  const [message] = (await once(worker, 'message')) as [unknown];
  return message;
}

function start(task: WorkerTask): Worker {
  // This process has been started with a program text, of which workers must not know.
  return new Worker(WORKER, { workerData: task, execArgv: [] });
}

/**
 * Measures several workers that start at once: all their reads, over the time until the last has done its
 * share. All have the same to do, as much as the one that warmed up slowest can: else most would have ended
 * while one goes on by itself. An error in a worker is thrown here.
 */
export async function measure(
  _driver: unknown,
  work: WorkersWork,
  slices: Slices = oneSlice(),
): Promise<Sample> {
  const { module, each } = work;
  const workers = Array.from({ length: work.workers }, (_, i) =>
    start({ module, work: { ...each, seed: (each.seed + Math.imul(i, SEED_STEP)) >>> 1 } }),
  );
  const counts = (await Promise.all(workers.map(messageOf))) as readonly number[];
  const count = Math.min(...counts);
  const stopwatch = new Stopwatch();
  const done = Promise.all(workers.map(messageOf));
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));
  let samples: readonly Sample[] = [];
  await inSlices(slices, stopwatch, async () => {
    for (const worker of workers) worker.postMessage(count);
    samples = (await done) as readonly Sample[];
  });
  await ended;
  const most = (of: (sample: Sample) => number): number => Math.max(...samples.map(of));
  const sum = (of: (sample: Sample) => number): number =>
    samples.reduce((total, sample) => total + of(sample), 0);
  return {
    operations: sum(({ operations }) => operations),
    bytes: sum(({ bytes = 0 }) => bytes),
    ...stopwatch.elapsed,
    seconds: most(({ seconds }) => seconds),
    // Of the process, when the first of them had done its share and all were there.
    threads: most(({ threads = 0 }) => threads),
    residentBytes: most(({ residentBytes = 0 }) => residentBytes),
  };
}
