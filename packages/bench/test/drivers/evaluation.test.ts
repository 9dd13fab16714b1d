import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import * as aioBind from '../../src/drivers/aio-bind/evaluation.js';
import * as aioContext from '../../src/drivers/aio-context/evaluation.js';
import * as aio from '../../src/drivers/aio/evaluation.js';
import * as fsPromises from '../../src/drivers/fs-promises/evaluation.js';
import * as fsSync from '../../src/drivers/fs-sync/evaluation.js';
import * as idle from '../../src/drivers/idle/evaluation.js';
import { Scratch } from '../../src/files/scratch.js';
import { makeEvaluationFiles } from '../../src/jobs/evaluation/files.js';
import { measure } from '../../src/jobs/evaluation/measure.js';
import type { EvaluationDriver, FileReader } from '../../src/jobs/evaluation/work.js';

/** Reads right, and then spoils what was read. */
function spoiling(spoil: (buffers: readonly Uint8Array[]) => void): EvaluationDriver {
  return {
    openFiles(files, buffers): FileReader {
      const reader = fsSync.openFiles(files, buffers);
      return {
        readAll() {
          const found = reader.readAll();
          spoil(buffers);
          return found;
        },
        close: () => reader.close(),
      };
    },
  };
}

const work = { rounds: 3, intervalMs: 1, reopen: false, warmUpSeconds: 0 };

const drivers: readonly (readonly [string, EvaluationDriver])[] = [
  ['aio', aio],
  ['aio-context', aioContext],
  ['aio-bind', aioBind],
  ['fs-promises', fsPromises],
  ['fs-sync', fsSync],
];

describe.each(drivers)('%s', (_name, driver) => {
  it.each([1, 6, 24])(
    'reads %d files whole, with the right bytes in every round',
    async (count) => {
      using scratch = new Scratch(tmpdir());
      const files = makeEvaluationFiles(scratch.path).slice(0, count);
      const sample = await measure(driver, { ...work, files });
      expect(sample.operations).toBe(work.rounds);
      expect(sample.bytes).toBe(work.rounds * files.reduce((sum, { size }) => sum + size, 0));
      expect(sample.threads).toBeGreaterThan(0);
      const { physicalMebibytes = 0, virtualMebibytes } = sample.figures ?? {};
      expect(virtualMebibytes).toBeGreaterThan(physicalMebibytes);
    },
  );
});

const reopening = drivers.filter(([, { reopenFiles }]) => reopenFiles !== undefined);

it.each(reopening)('%s opens files each time, where asked to', async (_name, driver) => {
  using scratch = new Scratch(tmpdir());
  const files = makeEvaluationFiles(scratch.path).slice(0, 6);
  const sample = await measure(driver, { ...work, files, reopen: true });
  expect(sample.bytes).toBe(work.rounds * files.reduce((sum, { size }) => sum + size, 0));
});

it.each([0, 0.02])('what is read in %d s of warm-up does not count', async (warmUpSeconds) => {
  using scratch = new Scratch(tmpdir());
  const files = makeEvaluationFiles(scratch.path).slice(0, 2);
  let readings = 0;
  const driver = spoiling(() => readings++);
  const sample = await measure(driver, { ...work, files, warmUpSeconds });
  expect(sample.operations).toBe(work.rounds);
  if (warmUpSeconds === 0) expect(readings).toBe(work.rounds);
  else expect(readings).toBeGreaterThan(work.rounds);
});

describe('the control', () => {
  it('reads nothing', async () => {
    const sample = await measure(idle, { ...work, files: [] });
    expect(sample.seconds).toBeGreaterThan(0);
  });
});

describe('a driver that is wrong', () => {
  const wrong: readonly (readonly [string, EvaluationDriver, string])[] = [
    ['reads nothing', idle, 'bytes were read in place of'],
    [
      'reads a wrong byte',
      spoiling(([first]) => {
        if (first !== undefined) first[first.length - 1] = (first.at(-1) ?? 0) ^ 1;
      }),
      'wrong bytes were read from',
    ],
    [
      'leaves its buffers as they were',
      {
        openFiles: (files) => ({
          readAll: () => files.map(({ size }) => new Uint8Array(size)),
          close: () => undefined,
        }),
      },
      'wrong bytes were read from',
    ],
  ];

  it.each(wrong)('is found out when it %s', async (_fault, driver, message) => {
    using scratch = new Scratch(tmpdir());
    const files = makeEvaluationFiles(scratch.path).slice(0, 2);
    await expect(measure(driver, { ...work, files })).rejects.toThrow(message);
  });
});
