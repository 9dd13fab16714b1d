import type { BlocksWork } from '../jobs/blocks/work.js';
import { formatSize } from '../options/size.js';
import { cpuPer, latencies, perSecond, switchesPer, threadsAdded } from '../report/metric.js';
import { value, versus } from '../report/target.js';
import { allBlockDrivers, blockDrivers } from './block-drivers.js';
import { blockCase, blockSettings, oneFile, settingName, type BlockSetting } from './block-plan.js';
import { defineTrial } from './define-trial.js';
import { AIO, BASELINE, IDLE, LIMIT } from './drivers.js';
import { LOOP_NOTES, loopDelays } from './loop-metrics.js';
import type { Trial } from './trial.js';

const K = 1024;
/**
 * ext4 walks through all blocks of a folio for each write into it (ext4_block_write_begin() in fs/ext4/inode.c).
 * A file that was written in large pieces has large folios, and then that is all that a write costs.
 */
const PIECE = 4 * K;
const own: BlockSetting = { blockSize: 4 * K, depth: 32, direct: false };
const speed = perSecond('writes');
const WATCHED = ', loop watched';

export const randomWrite: Trial = defineTrial<BlocksWork>({
  name: 'random-write',
  summary:
    'random overwrites in one file, buffered or with --direct, and what the loop feels of it',
  options: ['bs', 'iodepth', 'iodepthBatch', 'size', 'direct', 'runtime', 'repeats', 'drivers'],
  drivers: [...allBlockDrivers],
  controls: [blockDrivers.idle],
  presentation: {
    speed,
    cost: cpuPer('write'),
    metrics: [...latencies, ...loopDelays, switchesPer('write'), threadsAdded],
    versus: [BASELINE, LIMIT],
    controls: [IDLE],
    layout: 'tables',
    distributions: ['latency', 'timer'],
    targets: [
      versus(
        { case: settingName(own), driver: AIO, metric: speed, other: BASELINE },
        { atLeast: 1.5 },
      ),
      ...loopDelays.map((metric) =>
        value(
          { case: `${settingName(own)}${WATCHED}`, driver: AIO, metric, beyond: IDLE },
          { atMost: 2 },
          ' ms',
        ),
      ),
    ],
  },
  plan(given, effort) {
    const full = effort === 'full';
    const size = given.size ?? 128 * K * K;
    const settings = blockSettings(given, [own], size);
    const batch = given.iodepthBatch ?? 32;
    const seconds = given.runtime ?? (full ? 0.6 : 0.4);
    return {
      title: `random overwrites in a file of ${formatSize(size)}`,
      parameters: { settings, size, batch, seconds },
      repeats: given.repeats ?? (full ? 5 : 3),
      latency: full,
      notes: [
        'buffered: into a file that is locked in memory, without fsync, unless it says O_DIRECT',
        'the file was written in pieces of 4 KiB: in one of large folios ext4 itself takes most of the time of a write',
        'where the loop is watched, drivers that block it give it a turn after each batch',
        ...LOOP_NOTES,
      ],
      setUp(scratch) {
        const path = oneFile(scratch, size, { piece: PIECE });
        const common = { path, size, batch, seconds, write: true };
        return settings.flatMap((setting) => {
          const plain = blockCase(setting, common);
          const watched = blockCase(setting, { ...common, watchLoop: true });
          return [
            { ...plain, drivers: allBlockDrivers.map(({ name }) => name) },
            {
              ...watched,
              name: `${watched.name}${WATCHED}`,
              drivers: [IDLE, AIO, 'aio-bind', BASELINE, 'fs-sync'],
            },
          ];
        });
      },
    };
  },
});
