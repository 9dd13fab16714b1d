import { addressOf } from 'aio-bind';
import { expect, it } from 'vitest';
import { makeBuffers } from '../../src/jobs/blocks/buffers.js';
import type { BlocksWork } from '../../src/jobs/blocks/work.js';

const work: BlocksWork = {
  ...{ paths: [], blockSize: 4096, blocksPerFile: 1, write: false, once: false },
  ...{ depth: 3, batch: 3, direct: false, seed: 1, seconds: 1, latency: false, watchLoop: false },
};

it.each([0, 8, 16, 4095])(
  'buffers begin so far into a page, each behind the one before: %i',
  (memoryOffset) => {
    for (const given of memoryOffset === 0 ? [{}, { memoryOffset }] : [{ memoryOffset }]) {
      const buffers = makeBuffers({ ...work, ...given });
      expect(buffers.map(({ length }) => length)).toEqual([4096, 4096, 4096]);
      const [first = 0, ...others] = buffers.map((buffer) => addressOf(buffer));
      expect(first % 4096).toBe(memoryOffset);
      expect(others).toEqual([first + 4096, first + 8192]);
    }
  },
);
