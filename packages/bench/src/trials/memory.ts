import { LARGE, type MemoryWork, type Question } from '../jobs/memory/work.js';
import { figure, type Metric } from '../report/metric.js';
import { value } from '../report/target.js';
import { checkRoom, oneFile } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Trial } from './trial.js';

const K = 1024;
const DEPTH = 1024;
const CASES: Readonly<Record<Question, string>> = {
  threads: 'threads, beyond those when the file had been opened',
  'in-flight': `${DEPTH} direct reads in flight`,
  leftovers: 'what very many cached reads leave',
};

const inLine = figure('threadsInLine', 'after reads\nin line', { digits: 0 });
const offloaded = figure('threadsOffloaded', 'while 1m reads\nare offloaded', { digits: 0 });
const later = figure('threadsLater', 'up to 4 s\nlater', { digits: 0 });
const inFlight = figure('inFlight', 'in flight', { better: 'more', digits: 0 });
const bytesEach = figure('bytesEach', 'bytes\neach', { digits: 0 });
const tables = figure('tableBytesEach', 'of these\ntables', { digits: 0 });
const reads = figure('millionReads', 'million\nreads', { better: 'more', digits: 1 });
const heap = figure('heapGrowthKibibytes', 'heap grew\nKiB', { digits: 0 });
const external = figure('externalGrowthKibibytes', 'external grew\nKiB', { digits: 0 });
const resident = figure('residentGrowthMebibytes', 'RSS grew\nMiB', { digits: 2 });
const beyondNewSpace: Metric = {
  name: 'RSS grew, without new space, MiB',
  title: 'without\nnew space',
  better: 'less',
  of: ({ figures }) =>
    figures?.residentGrowthMebibytes === undefined
      ? undefined
      : figures.residentGrowthMebibytes - (figures.newSpaceGrowthMebibytes ?? 0),
  digits: 2,
};
const descriptors = figure('descriptorsLeft', 'descriptors\nleft', { digits: 0 });

function bound(
  question: Question,
  metric: Metric,
  atMost: number,
  unit: string,
): ReturnType<typeof value> {
  return value({ case: CASES[question], driver: AIO, metric }, { atMost }, unit);
}

export const memory: Trial = defineTrial<MemoryWork>({
  name: 'memory',
  summary:
    'threads that come and go, what a read in flight holds, and what ten million reads leave',
  options: ['size', 'runtime', 'repeats', 'drivers'],
  drivers: [AIO, BASELINE].map((name) => nodeDriver(name, 'memory')),
  presentation: {
    speed: inLine,
    metrics: [
      ...[offloaded, later, bytesEach, tables, inFlight],
      ...[reads, heap, external, resident, beyondNewSpace, descriptors],
    ],
    versus: [],
    layout: 'tables',
    targets: [
      bound('threads', inLine, 0, ''),
      bound('threads', offloaded, 4, ''),
      bound('threads', later, 0, ''),
      bound('in-flight', bytesEach, 512, ' bytes'),
      bound('leftovers', heap, 256, ' KiB'),
      bound('leftovers', external, 256, ' KiB'),
      bound('leftovers', beyondNewSpace, 4, ' MiB'),
      bound('leftovers', descriptors, 0, ''),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 64 * K * K;
    checkRoom(size, LARGE);
    const operations = full ? 10_000_000 : 1_000_000;
    const seconds = given.runtime ?? (full ? 15 : 3);
    return {
      title: `what reads of a file hold on to`,
      parameters: { size, depth: DEPTH, operations, seconds },
      repeats: given.repeats ?? (full ? 3 : 2),
      latency: false,
      notes: [
        `in flight: V8's heap and what it counts as external, without garbage, besides the buffers; what is allocated in C (Node's requests) is not in it`,
        `very many: ${operations / 1e6} million, or as many as ${seconds} s are enough for, with a warm-up before; heap and RSS are compared after garbage collections`,
        'new space is where V8 makes new objects: with their rate it grows to 48 MiB at most, and that is no leak',
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        return (Object.keys(CASES) as Question[]).map((question) => ({
          name: CASES[question],
          pageCache: question === 'in-flight' ? 'any' : 'locked',
          files: [path],
          work: () => ({
            ...{ question, path, size, operations, seconds },
            depth: question === 'in-flight' ? DEPTH : 32,
          }),
        }));
      },
    };
  },
});
