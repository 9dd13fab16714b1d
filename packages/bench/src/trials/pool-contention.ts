import { availableParallelism } from 'node:os';
import type { BlocksWork } from '../jobs/blocks/work.js';
import { cpuPer, perSecond } from '../report/metric.js';
import { share } from '../report/target.js';
import { blockCase, checkRoom, oneFile, settingName, type BlockSetting } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Driver } from './plan.js';
import type { Trial } from './trial.js';

const K = 1024;
const cached: BlockSetting = { blockSize: 4 * K, depth: 32, direct: false };
const direct: BlockSetting = { ...cached, direct: true };
const FULL = ', pool full';
const speed = perSecond('reads');

/** A core is left for the loop: what is to be seen is the pool's queue, not the lack of cores. */
function poolThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

function withPool(name: string, more: Readonly<Record<string, string>> = {}): Driver<BlocksWork> {
  const environment = (): Readonly<Record<string, string>> => ({
    ...{ UV_THREADPOOL_SIZE: String(poolThreads()) },
    ...more,
  });
  return nodeDriver(name, 'blocks', { environment });
}

export const poolContention: Trial = defineTrial<BlocksWork>({
  name: 'pool-contention',
  summary: "reads while crypto.pbkdf2 and dns.lookup keep Node's thread pool full",
  options: ['size', 'runtime', 'repeats', 'drivers'],
  drivers: [
    withPool(AIO),
    withPool(BASELINE),
    withPool('fs-callback'),
    withPool('fs-promises-uring', { UV_USE_IO_URING: '1' }),
  ],
  presentation: {
    speed,
    cost: cpuPer('read'),
    metrics: [],
    versus: [BASELINE],
    layout: 'tables',
    targets: [cached, direct].flatMap((setting) =>
      [AIO, BASELINE].map((driver) =>
        share(
          {
            ...{ driver, metric: speed },
            case: `${settingName(setting)}${FULL}`,
            of: settingName(setting),
          },
          { atLeast: 0.9 },
        ),
      ),
    ),
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 128 * K * K;
    checkRoom(size, cached.blockSize);
    const seconds = given.runtime ?? (full ? 0.8 : 0.5);
    const threads = poolThreads();
    return {
      title: `random reads while Node's pool of ${threads} is kept full`,
      parameters: { size, seconds, threads },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: [
        `the pool has ${threads} threads (UV_THREADPOOL_SIZE) in all cases, so that a core is left for the loop`,
        'the CPU per read counts what the pool computed as well',
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        const common = { path, size, batch: 32, seconds };
        return [cached, direct].flatMap((setting) => {
          const busy = blockCase(setting, { ...common, fillPool: threads });
          return [blockCase(setting, common), { ...busy, name: `${busy.name}${FULL}` }];
        });
      },
    };
  },
});
