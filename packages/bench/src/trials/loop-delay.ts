import type { BlocksWork } from '../jobs/blocks/work.js';
import { formatSize } from '../options/size.js';
import { cpuPer, milliseconds, perSecond, type Metric } from '../report/metric.js';
import { value } from '../report/target.js';
import { blockDrivers } from './block-drivers.js';
import { blockCase, blockSettings, oneFile, settingName, type BlockSetting } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, IDLE } from './drivers.js';
import { LOOP_NOTES, loopDelays, timerLate } from './loop-metrics.js';
import type { Trial } from './trial.js';

const K = 1024;
const own: BlockSetting = { blockSize: 4 * K, depth: 32, direct: false };
const KEYS = ['p50', 'p99', 'max'] as const;
type Key = (typeof KEYS)[number];
const PROBES: readonly ((key: Key) => Metric)[] = [
  timerLate,
  (key) => milliseconds('immediate', key, `setImmediate\n${key} ms`),
  (key) => milliseconds('echo', key, `socket echo\n${key} ms`),
];

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
    metrics: [...PROBES.flatMap((probe) => KEYS.map((key) => probe(key))), ...loopDelays],
    versus: [],
    controls: [IDLE],
    layout: 'tables',
    distributions: ['timer', 'immediate', 'echo'],
    targets: PROBES.map((probe) =>
      value({ case: settingName(own), driver: AIO, metric: probe('p99') }, { atMost: 5 }, ' ms'),
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
        'a timer of 1 ms, a setImmediate from each, and a byte to a loopback socket and back from when that timer was due, all in the process that reads',
        ...LOOP_NOTES,
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
