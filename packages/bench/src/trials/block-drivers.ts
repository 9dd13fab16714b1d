import { fioBlocks } from '../drivers/fio/blocks.js';
import type { BlocksWork } from '../jobs/blocks/work.js';
import { AIO, BASELINE, IDLE, MANY } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Driver } from './plan.js';

type BlockDriver = Driver<BlocksWork>;

function blocks(name: string): BlockDriver {
  return nodeDriver(name, 'blocks');
}

function fio(engine: string): BlockDriver {
  return {
    name: `fio-${engine}`,
    run: (work, signal) => fioBlocks(engine, work, signal),
  };
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
  | 'fioLibaio'
  | 'fioUring'
  | 'fioPsync';

export const blockDrivers: Readonly<Record<Name, BlockDriver>> = {
  aio: blocks(AIO),
  aioMany: blocks(MANY),
  aioBind: blocks('aio-bind'),
  fsPromises: blocks(BASELINE),
  /** As many threads as there are operations in flight. */
  fsPromisesPool: nodeDriver<BlocksWork>('fs-promises-pool', 'blocks', {
    module: BASELINE,
    environment: ({ depth }) => ({ UV_THREADPOOL_SIZE: String(Math.min(depth, MOST_THREADS)) }),
  }),
  fsPromisesUring: nodeDriver<BlocksWork>('fs-promises-uring', 'blocks', {
    environment: () => ({ UV_USE_IO_URING: '1' }),
  }),
  fsCallback: blocks('fs-callback'),
  fsSync: blocks('fs-sync'),
  idle: blocks(IDLE),
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
