import { fioLog } from '../drivers/fio/log.js';
import type { LogWork } from '../jobs/log/work.js';
import { cpuPer, latencies, perSecond, switchesPer, threadsAdded } from '../report/metric.js';
import { versus } from '../report/target.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, SYNC } from './drivers.js';
import { nodeDriver } from './node-driver.js';
import type { Driver } from './plan.js';
import { slicesIn } from './slice-count.js';
import type { Trial } from './trial.js';

const RECORD = 512;
const WRITERS = 32;
const OWN = `${WRITERS} writers, a log for each`;
const SHARED = `${WRITERS} writers of one log`;
const speed = perSecond('records');

const fio: Driver<LogWork> = { name: 'fio-psync', run: fioLog };
const nodeDrivers: readonly Driver<LogWork>[] = [
  nodeDriver(AIO, 'log'),
  nodeDriver(BASELINE, 'log'),
  /** As many threads as there are writers. */
  nodeDriver<LogWork>('fs-promises-pool', 'log', {
    module: BASELINE,
    environment: ({ writers }) => ({ UV_THREADPOOL_SIZE: String(writers) }),
  }),
  nodeDriver('fs-callback', 'log'),
  nodeDriver(SYNC, 'log'),
];

export const log: Trial = defineTrial<LogWork>({
  name: 'log',
  summary: `${WRITERS} writers that each append ${RECORD} bytes and wait for fdatasync, again and again`,
  options: ['runtime', 'repeats', 'drivers'],
  drivers: [...nodeDrivers, fio],
  presentation: {
    speed,
    cost: cpuPer('record'),
    metrics: [...latencies, switchesPer('record'), threadsAdded],
    versus: [BASELINE],
    layout: 'tables',
    distributions: ['latency'],
    targets: [OWN, SHARED].map((name) =>
      versus({ case: name, driver: AIO, metric: speed, other: BASELINE }, { atLeast: 1 }),
    ),
  },
  plan(given, effort) {
    const full = effort === 'full';
    const seconds = given.runtime ?? (full ? 1 : 0.4);
    return {
      title: `appending ${RECORD} bytes and fdatasync, by ${WRITERS} writers at once`,
      parameters: { recordBytes: RECORD, writers: WRITERS, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: true,
      notes: [
        'a record counts when write and fdatasync have both returned; every record is looked for in the logs afterwards, whole, once and in order',
        `${SYNC} writes one record after the other; fio has a thread for each writer, and its latency is that of the write alone, so it is not shown`,
      ],
      setUp: (scratch) =>
        [OWN, SHARED].map((name) => ({
          name,
          pageCache: 'any',
          files: [],
          slices: slicesIn(seconds),
          ...(name === OWN ? {} : { drivers: nodeDrivers.map((driver) => driver.name) }),
          work: ({ purpose }) => ({
            directory: scratch,
            writers: WRITERS,
            shared: name === SHARED,
            recordBytes: RECORD,
            seconds,
            latency: purpose === 'latency',
          }),
        })),
    };
  },
});
