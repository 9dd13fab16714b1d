import type { BlocksWork } from '../jobs/blocks/work.js';
import { formatSize } from '../options/size.js';
import { cpuPer, perSecond, threadsAdded } from '../report/metric.js';
import { value, versus } from '../report/target.js';
import { blockDrivers } from './block-drivers.js';
import { blockCase, blockSettings, oneFile, settingName, type BlockSetting } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, BYSTANDER, IDLE } from './drivers.js';
import { LOOP_NOTES, loopDelays, timerLate } from './loop-metrics.js';
import type { Trial } from './trial.js';

const K = 1024;
const own: BlockSetting = { blockSize: 4 * K, depth: 32, direct: false };
const speed = perSecond('reads');
const loop = [...loopDelays, timerLate('p999'), timerLate('max')];

export const coldRead: Trial = defineTrial<BlocksWork>({
  name: 'cold-read',
  summary: 'random reads of what is not in the page cache, and what the loop feels of it',
  options: ['bs', 'iodepth', 'iodepthBatch', 'size', 'runtime', 'repeats', 'drivers'],
  drivers: [
    blockDrivers.aio,
    blockDrivers.fsPromises,
    blockDrivers.fsPromisesPool,
    blockDrivers.fsPromisesUring,
    blockDrivers.fsCallback,
    blockDrivers.aioBind,
    blockDrivers.fsSync,
    blockDrivers.fioLibaio,
    blockDrivers.fioUring,
  ],
  controls: [blockDrivers.idle, blockDrivers.bystander],
  presentation: {
    speed,
    cost: cpuPer('read'),
    metrics: [...loop, threadsAdded],
    versus: [BASELINE],
    controls: [IDLE, BYSTANDER],
    layout: 'tables',
    distributions: ['timer'],
    targets: [
      versus(
        { case: settingName(own), driver: AIO, metric: speed, other: BASELINE },
        { atLeast: 1.8 },
      ),
      ...[IDLE, BYSTANDER].flatMap((beyond) =>
        loop.map((metric) =>
          value({ case: settingName(own), driver: AIO, metric, beyond }, { atMost: 2 }, ' ms'),
        ),
      ),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 512 * K * K;
    const settings = blockSettings(given, [own], size);
    const batch = given.iodepthBatch ?? 32;
    const seconds = given.runtime ?? (full ? 1 : 0.5);
    return {
      title: `random reads from a file of ${formatSize(size)} that is not in the page cache`,
      parameters: { settings, size, batch, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: [
        'the file is dropped from the page cache before each turn, after a warm-up of 1.5 s as well, and no block is read twice while it is measured',
        'aio-bind is the control: plain io_submit on the loop, which reads cold blocks one after the other and blocks meanwhile; it gives the loop a turn after each batch, as fs-sync does',
        `${IDLE}: an event loop that has nothing to do`,
        `${BYSTANDER}: an event loop that has nothing to do, while fio reads the same file with O_DIRECT: how late the machine itself makes a loop whose device is busy`,
        ...LOOP_NOTES,
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        return settings.map((setting) =>
          blockCase(setting, {
            ...{ path, size, batch, seconds, once: true, watchLoop: true },
            pageCache: 'dropped',
          }),
        );
      },
    };
  },
});
