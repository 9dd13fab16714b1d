import type { StreamsWork } from '../jobs/streams/work.js';
import { formatSize } from '../options/size.js';
import { defineTrial } from './define-trial.js';
import { LOOP_NOTES } from './loop-metrics.js';
import {
  STREAM_BLOCKS,
  STREAM_OPTIONS,
  streamDrivers,
  streamPresentation,
  writingCase,
} from './stream-plan.js';
import type { Trial } from './trial.js';

export const streamWrite: Trial = defineTrial<StreamsWork>({
  name: 'stream-write',
  summary: 'createWriteStream into the page cache, and what the loop feels of it',
  options: STREAM_OPTIONS,
  drivers: streamDrivers,
  presentation: streamPresentation,
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? (full ? 128 : 64) * 1024 ** 2;
    const seconds = given.runtime ?? (full ? 1 : 0.5);
    const blocks = given.bs ?? STREAM_BLOCKS;
    return {
      title: `createWriteStream into new files of ${formatSize(size)}`,
      parameters: { blocks, size, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: [
        ...LOOP_NOTES,
        'from the opening until the stream has closed; without fsync, so the device takes no part unless the kernel has too much to write back; each file is removed off the clock',
        'what the file holds is compared with what was written, byte by byte, off the clock',
      ],
      setUp: (scratch) =>
        blocks.map((blockSize) => writingCase(scratch, blockSize, { size, seconds })),
    };
  },
});
