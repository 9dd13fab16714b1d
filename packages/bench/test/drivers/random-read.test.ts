import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as aioBind from '../../src/drivers/aio-bind/random-read.js';
import * as fsPromises from '../../src/drivers/fs-promises/random-read.js';
import * as fsSync from '../../src/drivers/fs-sync/random-read.js';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';
import { measure } from '../../src/trials/random-read/measure.js';
import type { RandomReadDriver, RandomReadWork } from '../../src/trials/random-read/workload.js';

const BLOCKS = 64;

const work: Omit<RandomReadWork, 'path'> = {
  blockSize: 4096,
  blocks: BLOCKS,
  depth: 8,
  batch: 4,
  direct: false,
  seed: 7,
  seconds: 0.01,
  latency: false,
};

const drivers: readonly (readonly [string, RandomReadDriver])[] = [
  ['aio-bind', aioBind],
  ['fs-promises', fsPromises],
  ['fs-sync', fsSync],
];

function inFile<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const scratch = new Scratch(chooseDirectory(undefined));
  const path = join(scratch.path, 'file');
  makeContentFile(path, BLOCKS * work.blockSize);
  return use(path).finally(() => scratch[Symbol.dispose]());
}

describe.each(drivers)('%s', (_name, driver) => {
  it.each([
    { depth: 1, batch: 1 },
    { depth: 8, batch: 4 },
    { depth: 8, batch: 8 },
    { depth: 5, batch: 3, blockSize: 512, blocks: 512 },
    { depth: 4, batch: 4, blockSize: 65536, blocks: 4 },
    { depth: 8, batch: 4, direct: true },
  ])('reads the right blocks with %j', async (settings) => {
    const sample = await inFile((path) => measure(driver, { ...work, ...settings, path }));
    expect(sample.reads).toBeGreaterThan(0);
    expect(sample.latency).toBeUndefined();
  });

  it('takes latencies where asked to', async () => {
    const { latency } = await inFile((path) => measure(driver, { ...work, path, latency: true }));
    expect(latency?.p50).toBeGreaterThan(0);
    expect(latency?.p99).toBeGreaterThanOrEqual(latency?.p50 ?? 0);
    expect(latency?.p999).toBeGreaterThanOrEqual(latency?.p99 ?? 0);
  });

  it('fails where the file ends too early', async () => {
    const tooLong = { ...work, blocks: 2 * BLOCKS };
    await expect(inFile((path) => measure(driver, { ...tooLong, path }))).rejects.toThrow(
      'bytes were read in place of 4096',
    );
  });
});

describe('a driver that is wrong', () => {
  const wrong: readonly (readonly [string, RandomReadDriver])[] = [
    [
      'reads nothing',
      { openFile: () => ({ read: () => undefined, lastBlock: () => 3, close: () => undefined }) },
    ],
    [
      'reads another block than it says',
      {
        openFile(given, buffers) {
          const reader = fsSync.openFile(given, buffers);
          return {
            read: (count) => reader.read(count, undefined),
            lastBlock: (buffer) => (reader.lastBlock(buffer) + 1) % BLOCKS,
            close: () => reader.close(),
          };
        },
      },
    ],
  ];

  it.each(wrong)('is found out when it %s', async (_fault, driver) => {
    await expect(inFile((path) => measure(driver, { ...work, path }))).rejects.toThrow(
      'wrong bytes were read from block',
    );
  });
});
