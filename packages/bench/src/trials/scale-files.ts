import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeContentFile } from '../files/content.js';
import type { BlocksWork } from '../jobs/blocks/work.js';
import { cpuPer, microsecondsPer } from '../report/metric.js';
import { flat } from '../report/target.js';
import { blockDrivers } from './block-drivers.js';
import { blockCase } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO } from './drivers.js';
import type { Case } from './plan.js';
import type { Trial } from './trial.js';

const BLOCK = 4096;
const COUNTS = [1, 10, 100, 1000, 10_000];
const TOTAL_BLOCKS = 20_000;
/** What a process needs besides. */
const OTHER_DESCRIPTORS = 100;
const speed = microsecondsPer('read');

/** Node raises its own limit to the hard one. */
function descriptorLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const hard = /^Max open files\s+\S+\s+(?<hard>\d+)/m.exec(limits)?.groups?.hard;
  return hard === undefined ? Infinity : Number(hard);
}

function makeFiles(scratch: string, count: number): readonly string[] {
  const size = (TOTAL_BLOCKS / count) * BLOCK;
  return Array.from({ length: count }, (_, i) => {
    const path = join(scratch, `${count}-${i}`);
    makeContentFile(path, size, i * size);
    return path;
  });
}

function filesCase(scratch: string, count: number, seconds: number): Case<BlocksWork> {
  const paths = makeFiles(scratch, count);
  const setting = { blockSize: BLOCK, depth: 32, direct: false };
  const [path = ''] = paths;
  const size = TOTAL_BLOCKS * BLOCK;
  const one = blockCase(setting, { path, size, batch: 32, seconds });
  return {
    ...one,
    name: String(count),
    x: count,
    files: paths,
    work: (turn) => ({ ...one.work(turn), paths, blocksPerFile: TOTAL_BLOCKS / count }),
  };
}

export const scaleFiles: Trial = defineTrial<BlocksWork>({
  name: 'scale-files',
  summary: 'cached reads from 1 to 10,000 open files: what does one cost?',
  options: ['runtime', 'repeats', 'drivers'],
  drivers: [
    blockDrivers.aio,
    blockDrivers.aioBind,
    blockDrivers.fsPromises,
    blockDrivers.fsCallback,
    blockDrivers.fsSync,
  ],
  presentation: {
    speed,
    cost: cpuPer('read'),
    metrics: [],
    versus: [],
    layout: 'curve',
    axis: 'open files',
    targets: [flat({ driver: AIO, metric: speed }, { atMost: 1.3 })],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const seconds = given.runtime ?? 0.3;
    const limit = descriptorLimit() - OTHER_DESCRIPTORS;
    const counts = COUNTS.filter((count) => count <= limit);
    return {
      title: 'cached random reads of 4k, iodepth 32, by the number of open files',
      parameters: { counts, seconds },
      repeats: given.repeats ?? (full ? 5 : 2),
      latency: false,
      notes: [
        'the files together hold the same 78 MiB in each case',
        ...(counts.length === COUNTS.length
          ? []
          : [`no more files than ${limit} can be open here: see ulimit -Hn`]),
      ],
      setUp: (scratch) => counts.map((count) => filesCase(scratch, count, seconds)),
    };
  },
});
