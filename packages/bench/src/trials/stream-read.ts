import type { StreamsWork } from '../jobs/streams/work.js';
import { formatSize } from '../options/size.js';
import { checkBlockSize } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { LOOP_NOTES } from './loop-metrics.js';
import {
  STREAM_BLOCKS,
  STREAM_OPTIONS,
  readingCase,
  readingFiles,
  streamDrivers,
  streamPresentation,
} from './stream-plan.js';
import type { Trial } from './trial.js';

export const streamRead: Trial = defineTrial<StreamsWork>({
  name: 'stream-read',
  summary: 'createReadStream of a file, in memory and (--full) not, and what the loop feels of it',
  options: STREAM_OPTIONS,
  drivers: streamDrivers,
  presentation: streamPresentation,
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? (full ? 256 : 128) * 1024 ** 2;
    const seconds = given.runtime ?? (full ? 1 : 0.5);
    const blocks = given.bs ?? STREAM_BLOCKS;
    for (const blockSize of blocks) checkBlockSize(blockSize);
    return {
      title: `createReadStream of a file of ${formatSize(size)}`,
      parameters: { blocks, size, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: [
        ...LOOP_NOTES,
        "aio and fs-promises: handle.createReadStream(), fs-callback: fs.createReadStream(); all are Node's stream code, with another read below",
        'every byte is checked in a first pass, off the clock; a cold file is dropped from the page cache again after it',
      ],
      setUp(scratch) {
        const { hot, cold } = readingFiles(scratch, size, full);
        return blocks.flatMap((blockSize) => [
          readingCase(hot, blockSize, false, { size, seconds }),
          ...(cold === undefined ? [] : [readingCase(cold, blockSize, true, { size, seconds })]),
        ]);
      },
    };
  },
});
