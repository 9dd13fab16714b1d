import { CONTENT_UNIT } from '../../files/content.js';
import type { GivenOptions } from '../../options/given-options.js';
import { formatSize } from '../../options/size.js';
import { UsageError } from '../../options/usage-error.js';

export interface RandomReadSettings {
  readonly blockSize: number;
  readonly depths: readonly number[];
  readonly batch: number;
  readonly size: number;
  readonly direct: boolean;
  readonly seconds: number;
  readonly repeats: number;
}

// What O_DIRECT wants at the very least; file systems may want more, and say EINVAL.
const SECTOR = 512;

export function randomReadSettings(given: GivenOptions, full: boolean): RandomReadSettings {
  const direct = given.direct ?? false;
  const blockSize = given.bs ?? 4096;
  const size = given.size ?? 256 * 1024 ** 2;
  const unit = direct ? SECTOR : CONTENT_UNIT;
  if (blockSize % unit !== 0) {
    throw new UsageError(`--bs wants a multiple of ${unit} here, not ${blockSize}`);
  }
  if (size < blockSize) {
    throw new UsageError(
      `--size ${formatSize(size)} does not hold one block of --bs ${formatSize(blockSize)}`,
    );
  }
  return {
    blockSize,
    depths: given.iodepth ?? (direct ? [32, 128] : [32]),
    batch: given.iodepthBatch ?? 32,
    size,
    direct,
    seconds: given.runtime ?? (full ? (direct ? 3 : 1.5) : 0.5),
    repeats: given.repeats ?? (full ? 9 : 3),
  };
}
