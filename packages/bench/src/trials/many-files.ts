import { makeSmallFiles, missingFiles } from '../jobs/whole-files/files.js';
import type { SmallFile, WholeFilesWork } from '../jobs/whole-files/work.js';
import { cpuPer, latencies, perSecond, switchesPer, threadsAdded } from '../report/metric.js';
import { versus } from '../report/target.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, SYNC } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Case, PageCache } from './plan.js';
import { slicesIn } from './slice-count.js';
import type { Trial } from './trial.js';

const LANES = [1, 32];
const HOT = 2000;
const HOT_FULL = 5000;
/** Each is read once: so many that it takes longer than what V8 may still compile. */
const COLD = 1024;
const COLD_FULL = 4096;
const MISSING = 512;
const STATES = ['hot', 'cold', 'missing'] as const;
type State = (typeof STATES)[number];
const PAGE_CACHE: Readonly<Record<State, PageCache>> = {
  hot: 'locked',
  cold: 'dropped',
  missing: 'any',
};
const speed = perSecond('files');

function caseName(state: State, parallel: number): string {
  return `${state}, ${parallel === 1 ? 'one at a time' : `${parallel} in parallel`}`;
}

function caseOf(
  state: State,
  parallel: number,
  files: readonly SmallFile[],
  seconds: number,
): Case<WholeFilesWork> {
  return {
    name: caseName(state, parallel),
    pageCache: PAGE_CACHE[state],
    files: state === 'missing' ? [] : files.map(({ path }) => path),
    ...(state === 'hot' ? {} : { drivers: [AIO, BASELINE, SYNC] }),
    slices: state === 'cold' ? 1 : slicesIn(seconds),
    work: ({ seed, purpose }) => ({
      ...{ files, parallel, seed, seconds },
      missing: state === 'missing',
      once: state === 'cold',
      latency: purpose === 'latency',
    }),
  };
}

function over(
  state: State,
  parallel: number,
  other: string,
  atLeast: number,
): ReturnType<typeof versus> {
  return versus(
    { case: caseName(state, parallel), driver: AIO, metric: speed, other },
    { atLeast },
  );
}

export const manyFiles: Trial = defineTrial<WholeFilesWork>({
  name: 'many-files',
  summary: 'readFile of thousands of files of 0.5-8 KiB: hot, cold and missing ones',
  options: ['runtime', 'repeats', 'drivers'],
  drivers: [AIO, BASELINE, 'fs-callback', SYNC].map((name) => nodeDriver(name, 'whole-files')),
  presentation: {
    speed,
    cost: cpuPer('file'),
    metrics: [...latencies, switchesPer('file'), threadsAdded],
    versus: [BASELINE],
    layout: 'tables',
    distributions: ['latency'],
    targets: [
      over('hot', 1, BASELINE, 15),
      over('hot', 1, SYNC, 1),
      over('hot', 32, BASELINE, 4),
      ...(['cold', 'missing'] as const).flatMap((state) =>
        LANES.map((parallel) => over(state, parallel, BASELINE, 1)),
      ),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const hot = full ? HOT_FULL : HOT;
    const cold = full ? COLD_FULL : COLD;
    const seconds = given.runtime ?? (full ? 0.6 : 0.15);
    return {
      title: `readFile of ${hot} files of 0.5-8 KiB, in random order`,
      parameters: { files: hot, coldFiles: cold, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: full,
      notes: [
        'hot: the files are locked in memory, and so are their names and inodes; fs-sync reads one at a time in all cases',
        `cold: the content of ${cold} files, each of which is read once on the clock, however long that takes, is dropped from the page cache before, and after a warm-up with the same files; names and inodes stay cached`,
        'missing: names that do not exist; the errors are compared with those of Node',
      ],
      setUp(scratch) {
        const by = {
          hot: makeSmallFiles(scratch, 'hot', hot),
          cold: makeSmallFiles(scratch, 'cold', cold),
          missing: missingFiles(scratch, MISSING),
        };
        return STATES.flatMap((state) =>
          LANES.map((parallel) => caseOf(state, parallel, by[state], seconds)),
        );
      },
    };
  },
});
