import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as aioBind from '../../src/drivers/aio-bind/blocks.js';
import * as aioMany from '../../src/drivers/aio-many/blocks.js';
import * as aio from '../../src/drivers/aio/blocks.js';
import * as fsCallback from '../../src/drivers/fs-callback/blocks.js';
import * as fsPromisesUring from '../../src/drivers/fs-promises-uring/blocks.js';
import * as fsPromises from '../../src/drivers/fs-promises/blocks.js';
import * as fsSync from '../../src/drivers/fs-sync/blocks.js';
import * as idle from '../../src/drivers/idle/blocks.js';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';
import { makeBuffers } from '../../src/jobs/blocks/buffers.js';
import { STAMP_BYTES, stamp } from '../../src/jobs/blocks/check.js';
import { measure } from '../../src/jobs/blocks/measure.js';
import type { BlocksDriver, BlocksWork } from '../../src/jobs/blocks/work.js';

const BLOCKS = 64;

const work: Omit<BlocksWork, 'paths'> = {
  blockSize: 4096,
  blocksPerFile: BLOCKS,
  write: false,
  once: false,
  depth: 8,
  batch: 4,
  direct: false,
  seed: 7,
  seconds: 0.005,
  latency: false,
  watchLoop: false,
};

const drivers: readonly (readonly [string, BlocksDriver])[] = [
  ['aio', aio],
  ['aio-many', aioMany],
  ['aio-bind', aioBind],
  ['fs-promises', fsPromises],
  ['fs-callback', fsCallback],
  ['fs-sync', fsSync],
];

/** Files of `BLOCKS` blocks of 4 KiB together. */
async function inFiles<Result>(
  count: number,
  use: (paths: readonly string[]) => Promise<Result>,
): Promise<Result> {
  using scratch = new Scratch(chooseDirectory(undefined));
  const size = (BLOCKS / count) * 4096;
  const paths = Array.from({ length: count }, (_, i) => join(scratch.path, `file-${i}`));
  for (const [i, path] of paths.entries()) makeContentFile(path, size, i * size);
  return await use(paths);
}

describe.each(drivers)('%s', (_name, driver) => {
  it.each([
    { depth: 1, batch: 1 },
    { depth: 8, batch: 4 },
    { depth: 5, batch: 3, blockSize: 512, blocksPerFile: 512 },
    { depth: 4, batch: 4, blockSize: 65536, blocksPerFile: 4 },
    { depth: 8, batch: 4, direct: true },
    { once: true, blocksPerFile: BLOCKS },
    { watchLoop: true },
    { fillPool: 1 },
  ])('reads the right blocks with %j', async (settings) => {
    const sample = await inFiles(1, (paths) => measure(driver, { ...work, ...settings, paths }));
    expect(sample.operations).toBeGreaterThan(0);
    expect(sample.distributions).not.toHaveProperty('latency');
  });

  it.each([{ direct: false }, { direct: true }])(
    'writes whole blocks with %j',
    async (settings) => {
      const writing = { ...work, write: true, ...settings };
      const sample = await inFiles(1, (paths) => measure(driver, { ...writing, paths }));
      expect(sample.bytes).toBe(sample.operations * 4096);
    },
  );

  it('takes latencies where asked to', async () => {
    const { distributions } = await inFiles(1, (paths) =>
      measure(driver, { ...work, paths, latency: true }),
    );
    const latency = distributions?.latency;
    expect(latency?.p50).toBeGreaterThan(0);
    expect(latency?.p99).toBeGreaterThanOrEqual(latency?.p50 ?? 0);
    expect(latency?.max).toBeGreaterThanOrEqual(latency?.p999 ?? 0);
  });

  it('says how the event loop fared where asked to', async () => {
    const { distributions, figures } = await inFiles(1, (paths) =>
      measure(driver, { ...work, paths, watchLoop: true, seconds: 0.05 }),
    );
    expect(Object.keys(distributions ?? {})).toEqual(['timer', 'immediate', 'echo']);
    expect(distributions?.timer?.count).toBeGreaterThan(0);
    expect(figures).toHaveProperty('loopDelayMaxMs', expect.any(Number));
  });

  it('fails where the file ends too early', async () => {
    const tooLong = { ...work, blocksPerFile: 2 * BLOCKS };
    await expect(inFiles(1, (paths) => measure(driver, { ...tooLong, paths }))).rejects.toThrow(
      'bytes were read in place of 4096',
    );
  });
});

it.each(drivers.filter(([name]) => name !== 'aio-many'))(
  '%s reads the right blocks of many files',
  async (_name, driver) => {
    const many = { ...work, blocksPerFile: BLOCKS / 8 };
    const sample = await inFiles(8, (paths) => measure(driver, { ...many, paths }));
    expect(sample.operations).toBeGreaterThan(0);
  },
);

it('aio-many refuses what is not of one file', async () => {
  await expect(inFiles(8, (paths) => measure(aioMany, { ...work, paths }))).rejects.toThrow(
    'readMany is of one file',
  );
});

it('measures an idle loop as the control', async () => {
  const sample = await measure(idle, { ...work, paths: [], watchLoop: true, seconds: 0.05 });
  expect(sample.distributions?.timer?.count).toBeGreaterThan(0);
});

it('says so where Node does not use io_uring for files', async () => {
  await expect(
    inFiles(1, (paths) => measure(fsPromisesUring, { ...work, paths })),
  ).rejects.toMatchObject({
    name: 'MissingDriver',
    message: /does not use io_uring for files here/,
  });
});

describe('a driver that is wrong', () => {
  const wrong: readonly (readonly [string, BlocksDriver])[] = [
    [
      'transfers nothing',
      {
        openBlocks: () => ({
          transfer: () => undefined,
          lastBlock: () => 3,
          close: () => undefined,
        }),
      },
    ],
    [
      'transfers another block than it says',
      {
        openBlocks(given, buffers) {
          const blocks = fsSync.openBlocks(given, buffers);
          return {
            transfer: (count) => blocks.transfer(count, undefined),
            lastBlock: (buffer) => (blocks.lastBlock(buffer) + 1) % BLOCKS,
            close: () => blocks.close(),
          };
        },
      },
    ],
  ];

  it.each(wrong)('is found out when it %s, reading', async (_fault, driver) => {
    await expect(inFiles(1, (paths) => measure(driver, { ...work, paths }))).rejects.toThrow(
      'wrong bytes were read from block',
    );
  });

  it('is found out when it writes nothing', async () => {
    const [, driver] = wrong[0]!;
    const writing = { ...work, write: true };
    await expect(inFiles(1, (paths) => measure(driver, { ...writing, paths }))).rejects.toThrow(
      'wrong bytes were written to block 3',
    );
  });

  it('is found out when what it has not written another process has', async () => {
    const [, driver] = wrong[0]!;
    const writing = { ...work, write: true };
    await inFiles(1, async (paths) => {
      const [path = ''] = paths;
      const [theirs = new Uint8Array()] = makeBuffers({ ...writing, paths });
      stamp(theirs, 3);
      new DataView(theirs.buffer, theirs.byteOffset).setUint32(STAMP_BYTES, process.pid + 1);
      const fd = openSync(path, 'r+');
      writeSync(fd, theirs, 0, theirs.length, 3 * writing.blockSize);
      closeSync(fd);
      await expect(measure(driver, { ...writing, paths })).rejects.toThrow(
        'wrong bytes were written to block 3',
      );
    });
  });
});
