import { fioBlocks } from '../drivers/fio/blocks.js';
import { inPieces } from '../drivers/fio/in-pieces.js';
import type { BlocksWork } from '../jobs/blocks/work.js';
import type { Sample } from '../measure/sample.js';
import { callsPerOperation, type Watch } from '../process/count-system-calls.js';
import { AIO, BASELINE, BYSTANDER, IDLE, MANY } from './drivers.js';
import { nodeDriver, type NodeDriverOptions } from './node-driver.js';
import type { Driver, SlicedDriver } from './plan.js';

type BlockDriver = Driver<BlocksWork>;

type Start = SlicedDriver<BlocksWork>['start'];

type Run = (work: BlocksWork, signal: AbortSignal, watch?: Watch) => Promise<Sample>;

/** A driver whose system calls can be counted, since it makes as many transfers as it is told to. */
function counted(name: string, start: Start, run: Run): BlockDriver {
  return {
    name,
    start,
    run: (work, signal) => run(work, signal),
    countCalls: (work, signal) =>
      callsPerOperation((operations, watch) => run({ ...work, operations }, signal, watch), signal),
  };
}

function blocks(name: string, options: NodeDriverOptions<BlocksWork> = {}): BlockDriver {
  const driver = nodeDriver<BlocksWork>(name, 'blocks', options);
  const { start } = driver;
  return counted(name, start, (work, signal, watch) => driver.run(work, signal, watch));
}

function fio(engine: string): BlockDriver {
  const run: Run = (work, signal, watch) => fioBlocks(engine, work, signal, watch);
  const start: Start = (work, slices, signal) => {
    const seconds = work.seconds / slices;
    const piece = (i: number): Promise<Sample> =>
      run({ ...work, seconds, seed: work.seed + i }, signal);
    return Promise.resolve(inPieces(piece));
  };
  return counted(`fio-${engine}`, start, run);
}

/** libuv's own limit (UV_THREADPOOL_SIZE). */
const MOST_THREADS = 1024;

type Name =
  | 'aio'
  | 'aioMany'
  | 'aioBind'
  | 'fsPromises'
  | 'fsPromisesPool'
  | 'fsPromisesUring'
  | 'fsCallback'
  | 'fsSync'
  | 'idle'
  | 'bystander'
  | 'fioLibaio'
  | 'fioUring'
  | 'fioPsync';

export const blockDrivers: Readonly<Record<Name, BlockDriver>> = {
  aio: blocks(AIO),
  aioMany: blocks(MANY),
  aioBind: blocks('aio-bind'),
  fsPromises: blocks(BASELINE),
  /** As many threads as there are operations in flight. */
  fsPromisesPool: blocks('fs-promises-pool', {
    module: BASELINE,
    environment: ({ depth }) => ({ UV_THREADPOOL_SIZE: String(Math.min(depth, MOST_THREADS)) }),
  }),
  fsPromisesUring: blocks('fs-promises-uring', {
    environment: () => ({ UV_USE_IO_URING: '1' }),
  }),
  fsCallback: blocks('fs-callback'),
  fsSync: blocks('fs-sync'),
  idle: blocks(IDLE),
  bystander: blocks(BYSTANDER),
  fioLibaio: fio('libaio'),
  fioUring: fio('io_uring'),
  fioPsync: fio('psync'),
};

/** All that compete for speed. */
export const allBlockDrivers: readonly BlockDriver[] = [
  blockDrivers.aio,
  blockDrivers.aioMany,
  blockDrivers.aioBind,
  blockDrivers.fsPromises,
  blockDrivers.fsPromisesPool,
  blockDrivers.fsPromisesUring,
  blockDrivers.fsCallback,
  blockDrivers.fsSync,
  blockDrivers.fioLibaio,
  blockDrivers.fioUring,
  blockDrivers.fioPsync,
];
