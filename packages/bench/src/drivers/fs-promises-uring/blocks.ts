import { open } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import { MissingDriver } from '../../trials/missing-driver.js';
import { promiseBlocks } from '../promise-blocks.js';

/** Whether the kernel has a thread that looks into a ring for this process: libuv has one for files, but none for epoll. */
function hasPollingThread(): boolean {
  return readdirSync('/proc/self/task').some((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('iou-sqp-');
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/** `fs.promises` in a Node that was started with UV_USE_IO_URING=1, where libuv really uses it. */
export async function openBlocks(
  work: BlocksWork,
  buffers: readonly Uint8Array[],
): Promise<Blocks> {
  const blocks = await promiseBlocks(open, work, buffers);
  if (!hasPollingThread()) {
    await blocks.close();
    throw new MissingDriver(
      `fs-promises-uring: Node ${process.version} does not use io_uring for files here (Node 20 does, unless the kernel or a sandbox refuses)`,
    );
  }
  return blocks;
}
