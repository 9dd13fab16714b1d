import type { BlocksWork } from '../../jobs/blocks/work.js';
import type { Sample } from '../../measure/sample.js';
import { OFF_THE_CLOCK } from '../../measure/warm-up.js';
import type { Watch } from '../../process/count-system-calls.js';
import { fioPath, runFio } from './run-fio.js';

const PERCENTILES = [1, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99];

function lengthOf({ once, operations, seconds, blockSize }: BlocksWork): readonly string[] {
  // Not number_ios: with that it ends when it has read as much as the file holds.
  if (operations !== undefined) return ['--norandommap', `--io_size=${operations * blockSize}`];
  const time = `--runtime=${Math.round(seconds * 1e3)}ms`;
  if (once) return [time];
  const before = `--ramp_time=${Math.round(seconds * OFF_THE_CLOCK * 1e3)}ms`;
  return ['--norandommap', '--time_based', before, time];
}

function argumentsFor(work: BlocksWork): readonly string[] {
  const { paths, blockSize, blocksPerFile, depth, batch, direct, seed, latency } = work;
  return [
    `--filename=${paths.map(fioPath).join(':')}`,
    ...(work.write ? ['--rw=randwrite', '--overwrite=1'] : ['--readonly', '--rw=randread']),
    `--bs=${blockSize}`,
    `--size=${blocksPerFile * blockSize * paths.length}`,
    `--iodepth=${depth}`,
    `--iodepth_batch_submit=${batch}`,
    '--iodepth_batch_complete_min=1',
    `--iodepth_batch_complete_max=${batch}`,
    `--direct=${direct ? 1 : 0}`,
    // As the other drivers' memory; by itself fio aligns it for direct I/O only.
    '--iomem_align=4096',
    // By default fio drops the file from the page cache, and keeps a map of what it has read.
    '--invalidate=0',
    `--randseed=${seed}`,
    ...lengthOf(work),
    // fio at its fastest reads no clock for each operation; latencies need it.
    ...(latency
      ? [
          '--clat_percentiles=0',
          '--lat_percentiles=1',
          `--percentile_list=${PERCENTILES.join(':')}`,
        ]
      : ['--gtod_reduce=1']),
  ];
}

/** The same transfers by fio(1), with the same depth and batches. */
export function fioBlocks(
  engine: string,
  work: BlocksWork,
  signal: AbortSignal,
  watch?: Watch,
): Promise<Sample> {
  return runFio(engine, argumentsFor(work), signal, watch);
}
