import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as aio from '../../src/drivers/aio/log.js';
import * as fsCallback from '../../src/drivers/fs-callback/log.js';
import * as fsPromises from '../../src/drivers/fs-promises/log.js';
import * as fsSync from '../../src/drivers/fs-sync/log.js';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { Scratch } from '../../src/files/scratch.js';
import { measure } from '../../src/jobs/log/measure.js';
import { Writer, countRecords } from '../../src/jobs/log/records.js';
import type { Log, LogDriver, LogWork } from '../../src/jobs/log/work.js';

const work: Omit<LogWork, 'directory'> = {
  writers: 4,
  shared: false,
  recordBytes: 512,
  seconds: 0.005,
  latency: false,
};

const drivers: readonly (readonly [string, LogDriver])[] = [
  ['aio', aio],
  ['fs-promises', fsPromises],
  ['fs-callback', fsCallback],
  ['fs-sync', fsSync],
];

describe.each(drivers)('%s', (_name, driver) => {
  it.each([{ shared: false }, { shared: true, latency: true }])(
    'appends every record with %j, and removes its logs',
    async (settings) => {
      using scratch = new Scratch(chooseDirectory(undefined));
      const directory = scratch.path;
      const sample = await measure(driver, { ...work, ...settings, directory });
      expect(sample.bytes).toBe(sample.operations * 512);
      expect(sample.distributions?.latency?.count).toBe(
        'latency' in settings ? sample.operations : undefined,
      );
      expect(readdirSync(directory)).toEqual([]);
    },
  );
});

/** Appends with one record in so many left out or spoilt. */
function faulty(fault: (append: Log['append'], record: Uint8Array) => void): LogDriver {
  return {
    openLog(path) {
      const log = fsSync.openLog(path);
      return {
        append: (record) => fault(log.append.bind(log), record),
        close: () => log.close(),
      };
    },
  };
}

it.each([
  ['appends nothing', () => undefined, '0 records of writer 0 are there in place of'],
  [
    'appends twice',
    (append: Log['append'], record: Uint8Array) => {
      void append(record);
      void append(record);
    },
    /record 0 of writer \d follows on 0 in the log/,
  ],
  [
    'appends half a record',
    (append: Log['append'], record: Uint8Array) => void append(record.subarray(0, 256)),
    /is torn|no whole number of records/,
  ],
  [
    'appends a record with a wrong byte',
    (append: Log['append'], record: Uint8Array) => {
      const spoilt = record.slice();
      spoilt[500]! ^= 1;
      void append(spoilt);
    },
    'record 0 of the log is torn',
  ],
])('a driver that %s is found out', async (_fault, fault, message) => {
  using scratch = new Scratch(chooseDirectory(undefined));
  await expect(
    measure(faulty(fault), { ...work, directory: scratch.path, writers: 1 }),
  ).rejects.toThrow(message);
});

it('counts the records of writers that took turns', () => {
  const writers = [new Writer(0, 64), new Writer(1, 64)];
  const log = Buffer.concat([0, 1, 1, 0, 1].map((i) => writers[i]!.next().slice()));
  const counts: number[] = [];
  countRecords(new Uint8Array(log), 64, counts);
  expect(counts).toEqual([2, 3]);
});
