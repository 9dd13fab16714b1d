import type { BlocksWork } from '../jobs/blocks/work.js';
import { formatSize } from '../options/size.js';
import { cpuPer, microsecondsPer, memoryAdded } from '../report/metric.js';
import { flat } from '../report/target.js';
import { blockDrivers } from './block-drivers.js';
import { blockCase, blockSettings, oneFile, type BlockSetting } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO } from './drivers.js';
import type { Case } from './plan.js';
import type { Trial } from './trial.js';

const K = 1024;
const DEPTHS = [8, 32, 128, 512, 1024];
const speed = microsecondsPer('read');

/** Blocks of several sizes make no curve: each case says of which size it is, and has no place on the axis. */
function ofSeveralSizes(
  { x: _, ...it }: Case<BlocksWork>,
  { blockSize, depth }: BlockSetting,
): Case<BlocksWork> {
  return { ...it, name: `${formatSize(blockSize)}, ${depth}` };
}

export const scaleDepth: Trial = defineTrial<BlocksWork>({
  name: 'scale-depth',
  summary: 'cached reads with 8 to 1024 in flight: what does one cost?',
  options: ['bs', 'iodepth', 'iodepthBatch', 'size', 'runtime', 'repeats', 'drivers'],
  drivers: [
    blockDrivers.aio,
    blockDrivers.aioBind,
    blockDrivers.fsPromises,
    blockDrivers.fsCallback,
    blockDrivers.fioLibaio,
  ],
  presentation: {
    speed,
    cost: cpuPer('read'),
    metrics: [memoryAdded],
    versus: [],
    layout: 'curve',
    axis: 'iodepth',
    targets: [flat({ driver: AIO, metric: speed }, { atMost: 1.3 })],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 64 * K * K;
    const own = DEPTHS.map((depth) => ({ blockSize: 4 * K, depth, direct: false }));
    const settings = blockSettings(given, own, size, DEPTHS);
    const sizes = [...new Set(settings.map(({ blockSize }) => formatSize(blockSize)))];
    const batch = given.iodepthBatch ?? 1024;
    const seconds = given.runtime ?? 0.3;
    return {
      title: `cached random reads of ${sizes.join(' and ')} from a file of ${formatSize(size)}, by depth`,
      parameters: { settings, size, batch, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: false,
      notes: ['memory includes the buffers: one for each read in flight'],
      setUp(scratch) {
        const path = oneFile(scratch, size);
        return settings.map((setting) => {
          const it = blockCase(setting, { path, size, batch, seconds });
          return sizes.length === 1
            ? { ...it, name: String(setting.depth) }
            : ofSeveralSizes(it, setting);
        });
      },
    };
  },
});
