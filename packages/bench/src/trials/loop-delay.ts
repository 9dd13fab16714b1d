import type { BlocksWork } from '../jobs/blocks/work.js';
import { formatSize } from '../options/size.js';
import { cpuPer, figure, milliseconds, perSecond } from '../report/metric.js';
import { value } from '../report/target.js';
import { blockDrivers } from './block-drivers.js';
import { blockCase, blockSettings, oneFile, settingName, type BlockSetting } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, IDLE } from './drivers.js';
import type { Trial } from './trial.js';

const K = 1024;
const own: BlockSetting = { blockSize: 4 * K, depth: 32, direct: false };
const PROBES = [
  ['timer', '1 ms timer late'],
  ['immediate', 'setImmediate'],
  ['echo', 'socket echo'],
] as const;
const KEYS = [
  ['p50', 'p50 ms'],
  ['p99', 'p99 ms'],
  ['max', 'max ms'],
] as const;

export const loopDelay: Trial = defineTrial<BlocksWork>({
  name: 'loop-delay',
  summary: 'saturating cached reads: do timers, setImmediate and sockets still get their turn?',
  options: ['bs', 'iodepth', 'iodepthBatch', 'size', 'runtime', 'repeats', 'drivers'],
  drivers: [
    blockDrivers.aio,
    blockDrivers.fsPromises,
    blockDrivers.fsCallback,
    blockDrivers.aioBind,
    blockDrivers.fsSync,
  ],
  controls: [blockDrivers.idle],
  presentation: {
    speed: perSecond('reads'),
    cost: cpuPer('read'),
    metrics: [
      ...PROBES.flatMap(([probe, name]) =>
        KEYS.map(([key, label]) => milliseconds(probe, key, `${name}\n${label}`)),
      ),
      figure('loopDelayP999Ms', 'loop delay\np99.9 ms'),
      figure('loopDelayMaxMs', 'loop delay\nmax ms'),
    ],
    versus: [],
    controls: [IDLE],
    layout: 'tables',
    distributions: ['timer', 'immediate', 'echo'],
    targets: PROBES.map(([probe, name]) =>
      value(
        { case: settingName(own), driver: AIO, metric: milliseconds(probe, 'p99', `${name}\np99`) },
        { atMost: 5 },
        ' ms',
      ),
    ),
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 64 * K * K;
    const settings = blockSettings(given, [own], size);
    const batch = given.iodepthBatch ?? 32;
    const seconds = given.runtime ?? (full ? 5 : 1);
    return {
      title: `cached reads from a file of ${formatSize(size)}, as many as possible for ${seconds} s`,
      parameters: { settings, size, batch, seconds },
      repeats: given.repeats ?? (full ? 5 : 1),
      latency: false,
      notes: [
        'a timer of 1 ms, a setImmediate from each, and a byte to a loopback socket and back, all in the process that reads',
        'aio-bind and fs-sync give the loop a turn after each batch of that many reads',
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        return settings.map((setting) =>
          blockCase(setting, { path, size, batch, seconds, watchLoop: true }),
        );
      },
    };
  },
});
