import { open } from 'aio';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import { promiseBlocks } from '../promise-blocks.js';

/** The same calls as of `fs.promises`, on a handle of `aio`. */
export function openBlocks(work: BlocksWork, buffers: readonly Uint8Array[]): Promise<Blocks> {
  return promiseBlocks((path, flags) => open(path, flags, { backend: 'kernel' }), work, buffers);
}
