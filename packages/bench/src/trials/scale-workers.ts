import { availableParallelism } from 'node:os';
import type { BlocksWork } from '../jobs/blocks/work.js';
import type { WorkersWork } from '../jobs/workers/work.js';
import { formatSize } from '../options/size.js';
import { modulePath } from '../process/module-path.js';
import { cpuPer, perSecond, switchesPer, threadsAdded } from '../report/metric.js';
import { share, versus } from '../report/target.js';
import { blockCase, checkRoom, oneFile } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, MANY, SYNC } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Driver } from './plan.js';
import type { Trial } from './trial.js';

const K = 1024;
const BLOCK_SIZE = 4 * K;
const COUNTS = [1, 2, 4];
const MOST = String(COUNTS.at(-1));
const speed = perSecond('reads');

/** What cases have; each driver adds which module its workers load. */
type Work = Omit<WorkersWork, 'module'>;

/** The driver's own module is for the workers: the main thread does nothing but wait for them. */
function inWorkers(name: string): Driver<Work> {
  const module = modulePath(`../drivers/${name}/blocks.js`, import.meta.url);
  const waiting = nodeDriver<WorkersWork>(name, 'workers', { module: 'idle', driverJob: 'blocks' });
  return { name, run: (work, signal) => waiting.run({ ...work, module }, signal) };
}

function workOf(each: BlocksWork, workers: number): Work {
  return { workers, each };
}

export const scaleWorkers: Trial = defineTrial<Work>({
  name: 'scale-workers',
  summary: 'cached reads by 1, 2 and 4 worker threads at once, each with an engine of its own',
  options: ['size', 'runtime', 'repeats', 'drivers'],
  drivers: [AIO, MANY, 'aio-bind', BASELINE, 'fs-callback', SYNC].map(inWorkers),
  presentation: {
    speed,
    cost: cpuPer('read'),
    metrics: [switchesPer('read'), threadsAdded],
    versus: [BASELINE],
    layout: 'curve',
    axis: 'workers',
    targets: [
      ...COUNTS.map((count) =>
        versus(
          { case: String(count), driver: AIO, metric: speed, other: BASELINE },
          { atLeast: 5 },
        ),
      ),
      share({ case: '2', driver: AIO, metric: speed, of: '1' }, { atLeast: 1.5 }),
      share({ case: MOST, driver: AIO, metric: speed, of: '2' }, { atLeast: 0.9 }),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 64 * K * K;
    checkRoom(size, BLOCK_SIZE);
    const seconds = given.runtime ?? (full ? 0.5 : 0.3);
    return {
      title: `cached random reads of 4k from a file of ${formatSize(size)}, iodepth 32 in each worker`,
      parameters: { workers: COUNTS, size, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: [
        `all workers start at once when each has warmed up; ${availableParallelism()} cores are here, beyond which no worker can add speed`,
        "all workers share the process's one pool of four threads, by which fs-promises and fs-callback read",
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        const setting = { blockSize: BLOCK_SIZE, depth: 32, direct: false };
        const one = blockCase(setting, { path, size, batch: 32, seconds });
        return COUNTS.map((workers) => ({
          ...one,
          name: String(workers),
          x: workers,
          slices: 1,
          work: (turn) => workOf(one.work(turn), workers),
        }));
      },
    };
  },
});
