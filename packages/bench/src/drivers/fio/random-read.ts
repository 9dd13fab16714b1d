import { runProgram } from '../../process/run-program.js';
import { MissingDriver } from '../../trials/missing-driver.js';
import type { RandomReadSample, RandomReadWork } from '../../trials/random-read/workload.js';
import { parseFioOutput } from './fio-output.js';

const MISSING =
  'fio is not installed, and there is nothing to compare with as the limit: apt-get install fio, or dnf install fio';

function argumentsFor(engine: string, work: RandomReadWork): readonly string[] {
  const { path, blockSize, blocks, depth, batch, direct, seed, seconds, latency } = work;
  return [
    '--name=random-read',
    `--filename=${path.replaceAll(':', String.raw`\:`)}`,
    '--readonly',
    '--rw=randread',
    `--ioengine=${engine}`,
    `--bs=${blockSize}`,
    `--size=${blocks * blockSize}`,
    `--iodepth=${depth}`,
    `--iodepth_batch_submit=${batch}`,
    '--iodepth_batch_complete_min=1',
    `--iodepth_batch_complete_max=${batch}`,
    `--direct=${direct ? 1 : 0}`,
    // By default fio drops the file from the page cache, and keeps a map of what it has read.
    '--invalidate=0',
    '--norandommap',
    `--randseed=${seed}`,
    '--time_based',
    `--runtime=${Math.round(seconds * 1e3)}ms`,
    // fio at its fastest reads no clock for each operation; latencies need it.
    ...(latency
      ? ['--clat_percentiles=0', '--lat_percentiles=1', '--percentile_list=50:99:99.9']
      : ['--gtod_reduce=1']),
    '--output-format=json',
  ];
}

/** The same reads by fio(1), with the same depth and batches. */
export async function runFio(
  engine: string,
  work: RandomReadWork,
  signal: AbortSignal,
): Promise<RandomReadSample> {
  const output = await runProgram('fio', argumentsFor(engine, work), signal);
  if (output === 'missing') throw new MissingDriver(MISSING);
  return parseFioOutput(output.stdout);
}
