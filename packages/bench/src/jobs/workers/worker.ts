// A worker thread: says how much its own driver could do, measures as much as it is told to, and posts its sample.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { measure } from '../blocks/measure.js';
import type { BlocksDriver, BlocksWork } from '../blocks/work.js';

/** What a worker is given. */
export interface WorkerTask {
  readonly module: string;
  readonly work: BlocksWork;
}

const load = createRequire(import.meta.url);

async function run({ module, work }: WorkerTask): Promise<void> {
  const agree = async (count: number): Promise<number> => {
    const go = once(parentPort!, 'message');
    parentPort!.postMessage(count);
    const [agreed] = (await go) as [number];
    return agreed;
  };
  const sample = await measure(load(module) as BlocksDriver, work, undefined, agree);
  parentPort!.postMessage(sample);
}

await run(workerData as WorkerTask);
