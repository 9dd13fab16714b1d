import { closeSync, openSync, read, write } from 'node:fs';
import { stamp } from '../../jobs/blocks/check.js';
import { Places } from '../../jobs/blocks/places.js';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import type { RecordLatency } from '../../measure/warm-up.js';
import { lengthError, openFlags } from '../promise-blocks.js';

/** `fs.read` and `fs.write` with callbacks: through Node's thread pool, without promises. */
export function openBlocks(work: BlocksWork, buffers: readonly Uint8Array[]): Blocks {
  const { blockSize } = work;
  const fds = work.paths.map((path) => openSync(path, openFlags(work)));
  const places = new Places(work);
  const last = new Float64Array(buffers.length).fill(-1);

  function lanes(count: number, record: RecordLatency | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = count;
      let running = buffers.length;

      function lane(index: number, buffer: Uint8Array): void {
        let from = 0;
        const done = (error: Error | null, bytes: number): void => {
          record?.(performance.now() - from);
          if (error !== null) reject(error);
          else if (bytes !== blockSize) reject(lengthError(bytes, work));
          else go();
        };
        const go = (): void => {
          if (left-- <= 0) {
            if (--running === 0) resolve();
            return;
          }
          places.next();
          last[index] = places.block;
          if (record !== undefined) from = performance.now();
          const fd = fds[places.file] ?? -1;
          if (work.write) {
            stamp(buffer, places.block);
            write(fd, buffer, 0, blockSize, places.position, done);
          } else read(fd, buffer, 0, blockSize, places.position, done);
        };
        go();
      }

      for (const [index, buffer] of buffers.entries()) lane(index, buffer);
    });
  }

  return {
    transfer: lanes,
    lastBlock: (index) => last[index] ?? -1,
    close() {
      for (const fd of fds) closeSync(fd);
    },
  };
}
