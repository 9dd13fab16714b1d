import { closeSync, constants, openSync, readSync } from 'node:fs';
import { RandomBlocks } from '../../trials/random-read/random-blocks.js';
import type {
  RandomReadWork,
  RandomReader,
  RecordLatency,
} from '../../trials/random-read/workload.js';

/** `fs.readSync`: one read at a time, whatever depth was asked for. */
export function openFile(work: RandomReadWork, buffers: readonly Uint8Array[]): RandomReader {
  const { blockSize, seed, blocks, direct } = work;
  const fd = openSync(work.path, constants.O_RDONLY | (direct ? constants.O_DIRECT : 0));
  const random = new RandomBlocks(seed, blocks);
  const buffer = buffers[0] ?? new Uint8Array(blockSize);
  let last = -1;

  function readOne(): void {
    last = random.next();
    const bytes = readSync(fd, buffer, 0, blockSize, last * blockSize);
    if (bytes !== blockSize) throw new Error(`${bytes} bytes were read in place of ${blockSize}`);
  }

  function readTimed(record: RecordLatency): void {
    const from = performance.now();
    readOne();
    record(performance.now() - from);
  }

  return {
    read(count, record) {
      for (let i = 0; i < count; i++) {
        if (record === undefined) readOne();
        else readTimed(record);
      }
    },
    lastBlock: (index) => (index === 0 ? last : -1),
    close: () => closeSync(fd),
  };
}
