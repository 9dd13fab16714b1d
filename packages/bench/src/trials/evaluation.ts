import { makeEvaluationFiles } from '../jobs/evaluation/files.js';
import type { EvaluationFile, EvaluationWork } from '../jobs/evaluation/work.js';
import { figure, threadsAdded, type Metric } from '../report/metric.js';
import { value, versus } from '../report/target.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, CONTEXT, IDLE, SYNC } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Case } from './plan.js';
import { besidePublished } from './published-evaluation.js';
import { PYTHON_LIBRARIES, pythonDriver } from './python-driver.js';
import { slicesIn } from './slice-count.js';
import type { Trial } from './trial.js';

const COUNTS = [1, 6, 12, 24];
const INTERVAL_MS = 1;
const REOPENED = ', opened each time';
const COLD_CODE = ', code cold';
/** V8 has compiled then what each round does, of every driver here. */
const WARM_UP_SECONDS = 0.5;

/** How a case differs from the others. */
interface Variant {
  readonly suffix: string;
  readonly drivers?: readonly string[];
  readonly reopen: boolean;
  readonly warmed: boolean;
}

const HELD_OPEN: Variant = { suffix: '', reopen: false, warmed: true };
const OPENED_EACH_TIME: Variant = {
  suffix: REOPENED,
  drivers: [IDLE, AIO, CONTEXT, BASELINE, SYNC],
  reopen: true,
  warmed: true,
};
const NOT_WARMED: Variant = { suffix: COLD_CODE, reopen: false, warmed: false };

const runtime: Metric = {
  name: 'runtime',
  title: 'runtime s\n(min..max)',
  better: 'less',
  of: ({ seconds }) => seconds,
  digits: 3,
  range: true,
};
const reading = figure('readingMicroseconds', 'reading\nus/round', { digits: 0 });
const cpu: Metric = {
  name: 'CPU',
  title: 'CPU s',
  better: 'less',
  of: ({ userSeconds, systemSeconds }) => userSeconds + systemSeconds,
  digits: 3,
};

function caseName(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function caseOf(
  files: readonly EvaluationFile[],
  rounds: number,
  { suffix, drivers, reopen, warmed }: Variant,
): Case<EvaluationWork> {
  const intervalMs = INTERVAL_MS;
  // No longer than is measured.
  const seconds = Math.min(WARM_UP_SECONDS, (rounds * intervalMs) / 1e3);
  return {
    name: `${caseName(files.length)}${suffix}`,
    x: files.length,
    pageCache: 'locked',
    files: files.map(({ path }) => path),
    // Between slices, code and caches would go as cold as they are to be.
    slices: warmed ? slicesIn((rounds * intervalMs) / 1e3) : 1,
    ...(drivers === undefined ? {} : { drivers }),
    work: () => ({ files, rounds, intervalMs, reopen, warmUpSeconds: warmed ? seconds : 0 }),
  };
}

const idle = nodeDriver<EvaluationWork>(IDLE, 'evaluation');
const MOST = caseName(COUNTS.at(-1) ?? 0);

export const evaluation: Trial = defineTrial<EvaluationWork>({
  name: 'evaluation',
  summary: 'read 1, 6, 12 and 24 files of 1-100 KiB whole, again and again at 1 ms intervals',
  options: ['rounds', 'repeats', 'drivers'],
  drivers: [
    ...[AIO, CONTEXT, 'aio-bind', BASELINE, SYNC].map((name) =>
      nodeDriver<EvaluationWork>(name, 'evaluation'),
    ),
    ...PYTHON_LIBRARIES.map((library) => pythonDriver<EvaluationWork>(library, 'evaluation')),
  ],
  controls: [
    {
      name: IDLE,
      start: (work, slices, signal) => idle.start({ ...work, files: [] }, slices, signal),
      run: (work, signal) => idle.run({ ...work, files: [] }, signal),
    },
  ],
  presentation: {
    speed: reading,
    cost: cpu,
    metrics: [
      runtime,
      threadsAdded,
      figure('physicalMebibytes', 'physical\nMiB', { digits: 1 }),
      figure('virtualMebibytes', 'virtual\nMiB', { digits: 0 }),
    ],
    versus: [BASELINE],
    controls: [IDLE],
    layout: 'tables',
    beside: besidePublished,
    targets: [
      versus({ case: MOST, driver: AIO, metric: reading, other: SYNC }, { atMost: 1 }),
      versus({ case: MOST, driver: AIO, metric: reading, other: BASELINE }, { atMost: 0.5 }),
      versus({ case: MOST, driver: AIO, metric: cpu, other: SYNC }, { atMost: 1.2 }),
      value({ case: MOST, driver: AIO, metric: threadsAdded }, { atMost: 0 }, ''),
      ...[CONTEXT, 'aio-bind'].flatMap((driver) => [
        versus({ case: MOST, driver, metric: reading, other: SYNC }, { atMost: 1 }),
        versus({ case: MOST, driver, metric: reading, other: BASELINE }, { atMost: 0.5 }),
        versus({ case: MOST, driver, metric: cpu, other: SYNC }, { atMost: 1.2 }),
        value({ case: MOST, driver, metric: threadsAdded }, { atMost: 0 }, ''),
      ]),
      versus(
        { case: `${MOST}${REOPENED}`, driver: AIO, metric: reading, other: BASELINE },
        { atMost: 0.5 },
      ),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const rounds = given.rounds ?? (full ? 1000 : 100);
    return {
      title: `files of 1-100 KiB, read whole ${rounds} times at ${INTERVAL_MS} ms intervals`,
      parameters: { counts: COUNTS, rounds, intervalMs: INTERVAL_MS },
      // Ratios near 1 are judged here, and a process more or less lucky is worth a tenth.
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: [
        `${IDLE}: the same timers and no file`,
        '"reading" is the time from the call until all bytes of a round are there; runtime is all rounds with their timers',
        'physical and virtual memory are the peaks of the process, that before the clock started included; CPU is user and system time of the process',
        `the files are read for up to ${WARM_UP_SECONDS} s before (as long as is measured, if that is less; Python, which compiles nothing, does not), off the clock: V8 has compiled then what each round does`,
        ...(full ? ['code cold: without that, as a program has it in its first rounds'] : []),
        'opened each time: readFile, of which aio-bind has none; aio-context opens and closes synchronously',
        'python-*: libraries of Python, with the same files, rounds and timers; threads are those beyond an idle Python',
      ],
      setUp(scratch) {
        const files = makeEvaluationFiles(scratch);
        return [
          ...COUNTS.map((count) => caseOf(files.slice(0, count), rounds, HELD_OPEN)),
          caseOf(files, rounds, OPENED_EACH_TIME),
          ...(full ? [caseOf(files, rounds, NOT_WARMED)] : []),
        ];
      },
    };
  },
});
