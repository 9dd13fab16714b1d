import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { RandomBlocks } from '../../trials/random-read/random-blocks.js';
import type { RandomReadWork, RandomReader } from '../../trials/random-read/workload.js';

/** `FileHandle.read` of `fs.promises`: as many at once as the depth says. */
export async function openFile(
  work: RandomReadWork,
  buffers: readonly Uint8Array[],
): Promise<RandomReader> {
  const { blockSize, seed, blocks, direct } = work;
  const handle = await open(work.path, constants.O_RDONLY | (direct ? constants.O_DIRECT : 0));
  const random = new RandomBlocks(seed, blocks);
  const last = new Float64Array(buffers.length).fill(-1);

  async function readOne(index: number, buffer: Uint8Array): Promise<void> {
    const block = random.next();
    last[index] = block;
    const { bytesRead } = await handle.read(buffer, 0, blockSize, block * blockSize);
    if (bytesRead !== blockSize) {
      throw new Error(`${bytesRead} bytes were read in place of ${blockSize}`);
    }
  }

  return {
    async read(count, record) {
      let left = count;
      await Promise.all(
        buffers.map(async (buffer, index) => {
          while (left-- > 0) {
            const from = record === undefined ? 0 : performance.now();
            await readOne(index, buffer);
            record?.(performance.now() - from);
          }
        }),
      );
    },
    lastBlock: (index) => last[index] ?? -1,
    close: () => handle.close(),
  };
}
