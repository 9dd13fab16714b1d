import { open } from 'node:fs/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import { MissingDriver } from '../../trials/missing-driver.js';
import { promiseBlocks } from '../promise-blocks.js';

function ringCount(): number {
  let rings = 0;
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[io_uring]') rings++;
    } catch {
      // The descriptor by which the directory was read is closed by now.
    }
  }
  return rings;
}

/** `fs.promises` in a Node that was started with UV_USE_IO_URING=1, where libuv really uses it. */
export async function openBlocks(
  work: BlocksWork,
  buffers: readonly Uint8Array[],
): Promise<Blocks> {
  const blocks = await promiseBlocks(open, work, buffers);
  if (ringCount() === 0) {
    await blocks.close();
    throw new MissingDriver(
      `fs-promises-uring: libuv of Node ${process.version} makes no io_uring here (the kernel or sandbox refuses it, or it is too old)`,
    );
  }
  return blocks;
}
