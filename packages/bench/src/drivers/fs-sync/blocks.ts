import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stamp } from '../../jobs/blocks/check.js';
import { Places } from '../../jobs/blocks/places.js';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import type { RecordLatency } from '../../measure/warm-up.js';
import { lengthError, openFlags } from '../promise-blocks.js';

/** `fs.readSync` and `fs.writeSync`: one at a time, whatever depth was asked for. */
export function openBlocks(work: BlocksWork, buffers: readonly Uint8Array[]): Blocks {
  const { blockSize, write, depth, watchLoop } = work;
  const fds = work.paths.map((path) => openSync(path, openFlags(work)));
  const places = new Places(work);
  const buffer = buffers[0] ?? new Uint8Array(blockSize);
  let last = -1;

  function transferOne(): void {
    places.next();
    last = places.block;
    const fd = fds[places.file] ?? -1;
    if (write) stamp(buffer, last);
    const bytes = write
      ? writeSync(fd, buffer, 0, blockSize, places.position)
      : readSync(fd, buffer, 0, blockSize, places.position);
    if (bytes !== blockSize) throw lengthError(bytes, work);
  }

  function transferMany(count: number, record: RecordLatency | undefined): void {
    for (let i = 0; i < count; i++) {
      if (record === undefined) {
        transferOne();
        continue;
      }
      const from = performance.now();
      transferOne();
      record(performance.now() - from);
    }
  }

  async function transferInTurns(count: number, record: RecordLatency | undefined): Promise<void> {
    for (let left = count; left > 0; left -= depth) {
      transferMany(Math.min(left, depth), record);
      await nextTurn();
    }
  }

  return {
    transfer: watchLoop ? transferInTurns : transferMany,
    lastBlock: (index) => (index === 0 ? last : -1),
    close() {
      for (const fd of fds) closeSync(fd);
    },
  };
}
