import type { BlocksWork } from '../jobs/blocks/work.js';
import { formatSize } from '../options/size.js';
import {
  callsPer,
  cpuPer,
  latencies,
  mebibytesPerSecond,
  memoryAdded,
  perSecond,
  switchesPer,
  threadsAdded,
} from '../report/metric.js';
import { versus } from '../report/target.js';
import { allBlockDrivers } from './block-drivers.js';
import { blockCase, blockSettings, oneFile, settingName, type BlockSetting } from './block-plan.js';
import { chooseDrivers } from './choose-drivers.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, LIMIT, MANY } from './drivers.js';
import { PYTHON_LIBRARIES, pythonDriver } from './python-driver.js';
import type { Trial } from './trial.js';

const K = 1024;
/** Those that have something to say in every case; the others only where most is compared. */
const PEERS = [AIO, 'aio-bind', BASELINE, 'fs-callback', 'fs-sync', LIMIT];
const BATCHERS = [AIO, MANY, 'aio-bind', BASELINE, LIMIT];

const hot4k: BlockSetting = { blockSize: 4 * K, depth: 32, direct: false };
const hot4kAlone: BlockSetting = { ...hot4k, depth: 1, drivers: PEERS };
const hot64k: BlockSetting = { ...hot4k, blockSize: 64 * K, depth: 8, drivers: PEERS };
const hot1m: BlockSetting = { ...hot4k, blockSize: K * K, depth: 8, drivers: PEERS };
/** What one call of readMany takes in, and fio's one submission. */
const hot4kThousand: BlockSetting = { ...hot4k, depth: 1024, batch: 1024, drivers: BATCHERS };
const direct32: BlockSetting = { ...hot4k, direct: true };
const direct128: BlockSetting = { ...direct32, depth: 128, drivers: BATCHERS };

/** Parts of Node's pool begin with a multiple of 8, and large Buffers where malloc(3) has them. */
const BY_OFFSET = [AIO, MANY, BASELINE, 'fs-sync'];
const fromPool: BlockSetting = { ...hot4k, memoryOffset: 8, drivers: BY_OFFSET };
const fromMalloc: BlockSetting = { ...hot1m, memoryOffset: 16, drivers: BY_OFFSET };

/** Counting takes many seconds for each. */
const COUNTED: ReadonlySet<string> = new Set([hot4k, direct32].map(settingName));

const speed = perSecond('reads');
const cost = cpuPer('read');

function over(
  setting: BlockSetting,
  driver: string,
  other: string,
  atLeast: number,
): ReturnType<typeof versus> {
  return versus({ case: settingName(setting), driver, metric: speed, other }, { atLeast });
}

export const randomRead: Trial = defineTrial<BlocksWork>({
  name: 'random-read',
  summary: 'random reads from one file, in memory or with --direct from the device',
  options: ['bs', 'iodepth', 'iodepthBatch', 'size', 'direct', 'runtime', 'repeats', 'drivers'],
  drivers: [
    ...allBlockDrivers,
    ...PYTHON_LIBRARIES.map((library) => pythonDriver<BlocksWork>(library, 'blocks')),
  ],
  presentation: {
    speed,
    cost,
    metrics: [
      mebibytesPerSecond,
      ...latencies,
      switchesPer('read'),
      callsPer('read'),
      threadsAdded,
      memoryAdded,
    ],
    versus: [LIMIT, BASELINE],
    layout: 'tables',
    distributions: ['latency'],
    targets: [
      over(hot4k, AIO, BASELINE, 5),
      versus(
        { case: settingName(hot4k), driver: AIO, metric: cost, other: BASELINE },
        { atMost: 1 / 6.5 },
      ),
      over(hot4k, AIO, 'fs-callback', 1.8),
      over(hot4k, AIO, LIMIT, 0.75),
      over(hot4kAlone, AIO, BASELINE, 15),
      over(hot64k, AIO, BASELINE, 1.5),
      over(hot1m, AIO, BASELINE, 1),
      over(hot4k, 'aio-bind', LIMIT, 1),
      over(direct32, AIO, LIMIT, 0.95),
      over(direct128, AIO, LIMIT, 0.95),
      ...[hot4k, hot4kThousand].flatMap((setting) => [
        over(setting, MANY, LIMIT, 1),
        over(setting, MANY, AIO, 1.2),
      ]),
      over(direct32, MANY, LIMIT, 0.95),
      over(direct128, MANY, LIMIT, 0.95),
      over(direct32, 'aio-bind', LIMIT, 0.95),
      over(direct128, 'aio-bind', LIMIT, 0.95),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 256 * K * K;
    const own = full
      ? [
          ...[hot4kAlone, hot4k, hot4kThousand, hot64k, hot1m],
          ...[fromPool, fromMalloc, direct32, direct128],
        ]
      : [hot4k];
    if (given.direct === true)
      chooseDrivers('random-read --direct', allBlockDrivers, given.drivers);
    const settings = blockSettings(given, own, size);
    const batch = given.iodepthBatch ?? 32;
    const seconds = given.runtime ?? (full ? 0.6 : 0.4);
    // A device is less steady than memory.
    const fromDevice = given.runtime ?? (full ? 0.8 : 2 * seconds);
    return {
      title: `random reads from a file of ${formatSize(size)}`,
      parameters: { settings, size, batch, seconds, fromDevice },
      // Ratios near 1 are judged here, and a process more or less lucky is worth a tenth.
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: true,
      systemCalls: full,
      notes: [
        'cached, from a file that is locked in memory, unless it says O_DIRECT: from the device',
        `fio, aio-bind and aio-many (readMany) submit batches of up to ${batch} where nothing else is said; fs-sync and fio-psync read one block at a time, whatever the iodepth`,
        'buffers begin with a page where nothing else is said (not those of Python); how fast the kernel copies depends on that, with some processors',
        ...(given.direct === true
          ? ["Python's libraries take no part with O_DIRECT: they take no aligned memory"]
          : []),
        ...(full
          ? ['system calls are counted by strace, in a round of their own, with an iodepth of 32']
          : []),
        'latency (submission to completion seen) is from one more round: reading the clock costs speed',
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        // Python's libraries take no aligned memory.
        const aligned = allBlockDrivers.map(({ name }) => name);
        return settings.map((setting) => {
          const drivers = setting.drivers ?? (setting.direct ? aligned : undefined);
          return {
            ...blockCase(setting, {
              path,
              size,
              batch,
              seconds: setting.direct ? fromDevice : seconds,
            }),
            countCalls: COUNTED.has(settingName(setting)),
            ...(drivers === undefined ? {} : { drivers }),
          };
        });
      },
    };
  },
});
