import { join } from 'node:path';
import type { StreamsWork } from '../jobs/streams/work.js';
import type { OptionName } from '../options/given-options.js';
import { formatSize } from '../options/size.js';
import { cpuPer, mebibytesPerSecond, threadsAdded } from '../report/metric.js';
import type { Presentation } from '../report/presentation.js';
import { versus } from '../report/target.js';
import { oneFile } from './block-plan.js';
import { AIO, BASELINE } from './drivers.js';
import { loopDelays, timerLate } from './loop-metrics.js';
import { nodeDriver } from './node-driver.js';
import type { Case, Driver } from './plan.js';
import { slicesIn } from './slice-count.js';

const K = 1024;

/** What the two trials of streams have in common. */
export const STREAM_OPTIONS: readonly OptionName[] = [
  'bs',
  'size',
  'runtime',
  'repeats',
  'drivers',
];
export const STREAM_BLOCKS: readonly number[] = [64 * K, K * K];
export const streamDrivers: readonly Driver<StreamsWork>[] = [AIO, BASELINE, 'fs-callback'].map(
  (name) => nodeDriver(name, 'streams'),
);

export function streamCaseName(blockSize: number, cold = false): string {
  return `chunks of ${formatSize(blockSize)}${cold ? ', cold' : ''}`;
}

export const streamPresentation: Presentation = {
  speed: mebibytesPerSecond,
  cost: cpuPer('MiB'),
  metrics: [...loopDelays, timerLate('p99'), threadsAdded],
  versus: [BASELINE],
  layout: 'tables',
  distributions: ['timer'],
  targets: STREAM_BLOCKS.map((blockSize) =>
    versus(
      {
        ...{ case: streamCaseName(blockSize), driver: AIO },
        ...{ metric: mebibytesPerSecond, other: BASELINE },
      },
      { atLeast: 1 },
    ),
  ),
};

interface Common {
  readonly size: number;
  readonly seconds: number;
}

/** Of a file that is in memory, or is not. */
export function readingCase(
  path: string,
  blockSize: number,
  cold: boolean,
  { size, seconds }: Common,
): Case<StreamsWork> {
  return {
    name: streamCaseName(blockSize, cold),
    pageCache: cold ? 'dropped' : 'locked',
    files: [path],
    slices: cold ? 1 : slicesIn(seconds),
    work: () => ({ write: false, path, size, blockSize, seconds, once: cold }),
  };
}

export function writingCase(
  scratch: string,
  blockSize: number,
  { size, seconds }: Common,
): Case<StreamsWork> {
  const path = join(scratch, 'written');
  return {
    name: streamCaseName(blockSize),
    pageCache: 'any',
    files: [],
    slices: slicesIn(seconds),
    work: () => ({ write: true, path, size, blockSize, seconds, once: false }),
  };
}

/** Locked in memory and dropped from it are two files. */
export function readingFiles(
  scratch: string,
  size: number,
  withCold: boolean,
): { readonly hot: string; readonly cold: string | undefined } {
  const hot = oneFile(scratch, size);
  return { hot, cold: withCold ? oneFile(scratch, size, { name: 'cold' }) : undefined };
}
