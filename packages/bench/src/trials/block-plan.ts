import { join } from 'node:path';
import { CONTENT_UNIT, makeContentFile } from '../files/content.js';
import type { BlocksWork } from '../jobs/blocks/work.js';
import type { GivenOptions } from '../options/given-options.js';
import { formatSize } from '../options/size.js';
import { UsageError } from '../options/usage-error.js';
import type { Case, PageCache } from './plan.js';
import { slicesIn } from './slice-count.js';

/** What O_DIRECT wants at the very least; file systems may want more, and say EINVAL. */
const SECTOR = 512;

/** One setting of a trial that reads or writes blocks at random places. */
export interface BlockSetting {
  readonly blockSize: number;
  readonly depth: number;
  readonly direct: boolean;
  /** How many go in at once, where that is not as the plan has it. */
  readonly batch?: number;
  /** How far into a page each buffer begins, in bytes, where not at its start. */
  readonly memoryOffset?: number;
  /** Who takes part, where not all do. */
  readonly drivers?: readonly string[];
}

/** @param unit - what blocks are made of: what a file holds at a place is known only of whole units */
export function checkBlockSize(blockSize: number, unit: number = CONTENT_UNIT): void {
  if (blockSize % unit === 0) return;
  throw new UsageError(`--bs wants a multiple of ${unit} here, not ${blockSize}`);
}

/** Refuses a file that is smaller than what is read of it at once. */
export function checkRoom(size: number, blockSize: number): void {
  if (size >= blockSize) return;
  throw new UsageError(
    `--size ${formatSize(size)} does not hold one block of ${formatSize(blockSize)}`,
  );
}

function checkBlockSetting({ blockSize, direct }: BlockSetting, size: number): void {
  checkBlockSize(blockSize, direct ? SECTOR : CONTENT_UNIT);
  checkRoom(size, blockSize);
}

/**
 * What was asked for, each with each; or else what the trial has of its own.
 *
 * @param ownDepths - those of a trial that is about depths, for block sizes that were asked for
 */
export function blockSettings(
  given: GivenOptions,
  own: readonly BlockSetting[],
  size: number,
  ownDepths?: readonly number[],
): readonly BlockSetting[] {
  const { bs, iodepth, direct } = given;
  let settings = own;
  if (bs !== undefined || iodepth !== undefined || direct !== undefined) {
    const sizes = bs ?? [4096];
    const depths = iodepth ?? ownDepths ?? (direct === true ? [32, 128] : [32]);
    settings = sizes.flatMap((blockSize) =>
      depths.map((depth) => ({ blockSize, depth, direct: direct ?? false })),
    );
  }
  for (const setting of settings) checkBlockSetting(setting, size);
  return settings;
}

export function settingName(setting: BlockSetting): string {
  const { blockSize, depth, direct, batch, memoryOffset } = setting;
  return [
    formatSize(blockSize),
    `iodepth ${depth}`,
    ...(direct ? ['O_DIRECT'] : []),
    ...(batch === undefined ? [] : [`batches of ${batch}`]),
    ...(memoryOffset === undefined ? [] : [`memory ${memoryOffset} bytes into a page`]),
  ].join(', ');
}

/** What all settings of a plan have in common. */
export interface BlockCommon {
  readonly path: string;
  readonly size: number;
  readonly batch: number;
  readonly seconds: number;
  readonly write?: boolean;
  readonly once?: boolean;
  readonly watchLoop?: boolean;
  readonly fillPool?: number;
  readonly pageCache?: PageCache;
}

export function blockCase(setting: BlockSetting, common: BlockCommon): Case<BlocksWork> {
  const { blockSize, depth, direct, memoryOffset } = setting;
  const { path, size, seconds, write = false, once = false, fillPool } = common;
  const batch = setting.batch ?? common.batch;
  const inOne = once || common.watchLoop === true;
  return {
    name: settingName(setting),
    x: depth,
    pageCache: common.pageCache ?? (direct ? 'any' : 'locked'),
    files: [path],
    slices: inOne ? 1 : slicesIn(seconds),
    work: ({ seed, purpose }) => ({
      paths: [path],
      blockSize,
      blocksPerFile: Math.floor(size / blockSize),
      write,
      once,
      depth,
      batch: Math.min(batch, depth),
      direct,
      seed,
      seconds,
      latency: purpose === 'latency',
      watchLoop: common.watchLoop ?? false,
      ...(memoryOffset === undefined ? {} : { memoryOffset }),
      ...(fillPool === undefined ? {} : { fillPool }),
    }),
  };
}

interface FileMaking {
  readonly name?: string;
  /** How many bytes of it are written at a time, see {@link makeContentFile}. */
  readonly piece?: number | undefined;
}

/** The one file that most of these trials have. */
export function oneFile(
  scratch: string,
  size: number,
  { name = 'file', piece }: FileMaking = {},
): string {
  const path = join(scratch, name);
  makeContentFile(path, size, 0, piece);
  return path;
}
