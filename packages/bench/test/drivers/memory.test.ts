import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as aio from '../../src/drivers/aio/memory.js';
import * as fsPromises from '../../src/drivers/fs-promises/memory.js';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';
import { measure } from '../../src/jobs/memory/measure.js';
import type { MemoryDriver, Question } from '../../src/jobs/memory/work.js';
import { touch } from '../../src/measure/page-cache.js';

const SIZE = 1024 * 1024;
const DEPTH = 64;

async function ask(
  driver: MemoryDriver,
  question: Question,
): Promise<Readonly<Record<string, number>>> {
  using scratch = new Scratch(chooseDirectory(undefined));
  const path = join(scratch.path, 'file');
  makeContentFile(path, SIZE);
  touch(path);
  const work = { question, path, size: SIZE, depth: DEPTH, operations: 1000, seconds: 1 };
  const { figures = {} } = await measure(driver, work);
  return figures;
}

describe.each([
  ['aio', aio],
  ['fs-promises', fsPromises],
] as const)('%s', (name, driver) => {
  it('counts the threads that are added', async () => {
    const figures = await ask(driver, 'threads');
    // Those that an earlier test has left may end meanwhile.
    expect(figures.threadsInLine).toBeLessThanOrEqual(0);
    if (name === 'aio') {
      expect(figures.threadsOffloaded).toBeGreaterThan(0);
      expect(figures.threadsLater).toBeLessThanOrEqual(0);
    }
  });

  it('says what a read in flight holds', async () => {
    const { inFlight, bytesEach } = await ask(driver, 'in-flight');
    expect(inFlight).toBeGreaterThan(0);
    expect(inFlight).toBeLessThanOrEqual(DEPTH);
    expect(bytesEach).toBeGreaterThan(0);
  });

  it('says what very many reads leave', async () => {
    const figures = await ask(driver, 'leftovers');
    expect(figures.millionReads).toBe(0.001);
    expect(figures.descriptorsLeft).toBe(0);
    expect(figures).toHaveProperty('newSpaceGrowthMebibytes', expect.any(Number));
    expect(figures.heapGrowthKibibytes).toBeLessThan(1024);
  });
});

it('finds out that memory is kept', async () => {
  const kept: object[] = [];
  const leaking: MemoryDriver = {
    async openHandle(path, flags) {
      const handle = await fsPromises.openHandle(path, flags);
      return {
        read: ((buffer: Uint8Array, offset: number, length: number, position: number) => {
          kept.push({ position, more: new Array<number>(1000).fill(position) });
          return handle.read(buffer, offset, length, position);
        }) as typeof handle.read,
        close: () => handle.close(),
      };
    },
  };
  const { heapGrowthKibibytes } = await ask(leaking, 'leftovers');
  expect(heapGrowthKibibytes).toBeGreaterThan(5000);
  expect(kept.length).toBeGreaterThan(0);
});
