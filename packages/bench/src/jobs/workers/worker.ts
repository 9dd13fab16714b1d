// A worker thread: measures its own driver when it is told to, and posts its sample.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { oneSlice } from '../../measure/slices.js';
import { measure } from '../blocks/measure.js';
import type { BlocksDriver, BlocksWork } from '../blocks/work.js';

/** What a worker is given. */
export interface WorkerTask {
  readonly module: string;
  readonly work: BlocksWork;
}

const load = createRequire(import.meta.url);

async function run({ module, work }: WorkerTask): Promise<void> {
  const beginning = oneSlice(async () => {
    const go = once(parentPort!, 'message');
    parentPort!.postMessage('ready');
    await go;
  });
  const sample = await measure(load(module) as BlocksDriver, work, beginning);
  parentPort!.postMessage(sample);
}

await run(workerData as WorkerTask);
