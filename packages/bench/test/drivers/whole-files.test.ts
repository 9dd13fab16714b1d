import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as aio from '../../src/drivers/aio/whole-files.js';
import * as fsCallback from '../../src/drivers/fs-callback/whole-files.js';
import * as fsPromises from '../../src/drivers/fs-promises/whole-files.js';
import * as fsSync from '../../src/drivers/fs-sync/whole-files.js';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { Scratch } from '../../src/files/scratch.js';
import { makeSmallFiles, missingFiles } from '../../src/jobs/whole-files/files.js';
import { measure } from '../../src/jobs/whole-files/measure.js';
import { oneSlice } from '../../src/measure/slices.js';
import type {
  SmallFile,
  WholeFilesDriver,
  WholeFilesWork,
} from '../../src/jobs/whole-files/work.js';

const FILES = 16;

const work: Omit<WholeFilesWork, 'files'> = {
  missing: false,
  parallel: 4,
  once: false,
  seed: 7,
  seconds: 0.002,
  latency: false,
};

const drivers: readonly (readonly [string, WholeFilesDriver])[] = [
  ['aio', aio],
  ['fs-promises', fsPromises],
  ['fs-callback', fsCallback],
  ['fs-sync', fsSync],
];

async function inFiles<Result>(
  use: (files: readonly SmallFile[], scratch: string) => Promise<Result>,
): Promise<Result> {
  using scratch = new Scratch(chooseDirectory(undefined));
  return await use(makeSmallFiles(scratch.path, 'small', FILES), scratch.path);
}

it('makes files of 0.5 to 8 KiB, of many sizes', async () => {
  await inFiles((files) => {
    const sizes = files.map(({ size }) => size);
    expect(Math.min(...sizes)).toBe(512);
    expect(Math.max(...sizes)).toBeGreaterThan(7 * 1024);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8 * 1024);
    expect(new Set(sizes).size).toBe(FILES);
    return Promise.resolve();
  });
});

describe.each(drivers)('%s', (_name, driver) => {
  it.each([{ parallel: 1 }, { parallel: 4 }, { once: true, parallel: 1 }, { latency: true }])(
    'reads the right bytes with %j',
    async (settings) => {
      const sample = await inFiles((files) => measure(driver, { ...work, ...settings, files }));
      expect(sample.operations).toBeGreaterThan(0);
      const { latency } = { latency: false, ...settings };
      expect(sample.distributions?.latency?.count).toBe(latency ? sample.operations : undefined);
    },
  );

  it('has read the files often before it reads each of them once on the clock', async () => {
    const read = new Map<string, number>();
    const count = (path: string): void => void read.set(path, (read.get(path) ?? 0) + 1);
    const counting: WholeFilesDriver =
      driver.readFile === undefined
        ? { readFileSync: (path) => (count(path), driver.readFileSync(path)) }
        : { readFile: (path) => (count(path), driver.readFile(path)) };
    let warm: readonly number[] = [];
    await inFiles(async (files) => {
      const ready = (): void => void (warm = files.map(({ path }) => read.get(path) ?? 0));
      const once = { ...work, seconds: 0.02, once: true, files };
      const { operations } = await measure(counting, once, oneSlice(ready));
      expect(operations).toBe(FILES);
      expect(files.map(({ path }, i) => read.get(path)! - warm[i]!)).toEqual(files.map(() => 1));
    });
    expect(Math.min(...warm)).toBeGreaterThan(1);
  });

  it('gives the same errors as Node for files that are missing', async () => {
    const sample = await inFiles((_files, scratch) =>
      measure(driver, { ...work, missing: true, files: missingFiles(scratch, FILES) }),
    );
    expect(sample.operations).toBeGreaterThan(0);
  });
});

describe('a driver that is wrong', () => {
  it('is found out when it reads other bytes', async () => {
    const spoiling: WholeFilesDriver = {
      async readFile(path) {
        const found = await fsPromises.readFile(path);
        found[1]! ^= 1;
        return found;
      },
    };
    await expect(inFiles((files) => measure(spoiling, { ...work, files }))).rejects.toThrow(
      'wrong bytes were read from',
    );
  });

  it('is found out when it reads too little', async () => {
    const short: WholeFilesDriver = {
      readFileSync: (path) => fsSync.readFileSync(path).subarray(1),
    };
    await expect(inFiles((files) => measure(short, { ...work, files }))).rejects.toThrow(
      /bytes were read from .* in place of/,
    );
  });

  it.each([
    [
      'finds what is missing',
      (): Promise<Uint8Array> => Promise.resolve(new Uint8Array()),
      /0 bytes were read from .*missing-/,
    ],
    [
      'says it otherwise than Node',
      (path: string): Promise<Uint8Array> =>
        Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })),
      /has message no .* where Node's has ENOENT: no such file or directory, open/,
    ],
  ])('is found out when it %s', async (_fault, readFile, message) => {
    await expect(
      inFiles((_files, scratch) =>
        measure(
          { readFile },
          { ...work, missing: true, files: missingFiles(join(scratch, 'none'), FILES) },
        ),
      ),
    ).rejects.toThrow(message);
  });
});
