import { open } from 'node:fs/promises';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import { promiseBlocks } from '../promise-blocks.js';

/** `FileHandle.read` and `write` of `fs.promises`: through Node's thread pool. */
export function openBlocks(work: BlocksWork, buffers: readonly Uint8Array[]): Promise<Blocks> {
  return promiseBlocks(open, work, buffers);
}
