import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform, Writable, pipeline } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import * as aio from '../../src/drivers/aio/streams.js';
import * as fsCallback from '../../src/drivers/fs-callback/streams.js';
import * as fsPromises from '../../src/drivers/fs-promises/streams.js';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';
import { measure } from '../../src/jobs/streams/measure.js';
import { WriteThrough } from '../../src/jobs/streams/write-through.js';
import { Stopwatch } from '../../src/measure/stopwatch.js';
import type { StreamsDriver, StreamsWork } from '../../src/jobs/streams/work.js';
import type { Sample } from '../../src/measure/sample.js';

const SIZE = 300_000;

const drivers: readonly (readonly [string, StreamsDriver])[] = [
  ['aio', aio],
  ['fs-promises', fsPromises],
  ['fs-callback', fsCallback],
];

async function stream(
  driver: StreamsDriver,
  settings: Partial<StreamsWork> & Pick<StreamsWork, 'write'>,
): Promise<Sample> {
  using scratch = new Scratch(chooseDirectory(undefined));
  const path = join(scratch.path, 'file');
  if (!settings.write) makeContentFile(path, SIZE);
  const work = { path, size: SIZE, blockSize: 65536, seconds: 0.005, once: false, ...settings };
  const sample = await measure(driver, work);
  // What was written is removed.
  expect(readdirSync(scratch.path)).toEqual(settings.write ? [] : ['file']);
  return sample;
}

describe.each(drivers)('%s', (_name, driver) => {
  it.each([
    { write: false },
    { write: false, once: true },
    { write: false, blockSize: 1024 * 1024 },
    { write: true },
    { write: true, blockSize: 1024 * 1024 },
  ])('moves every byte with %j', async (settings) => {
    const sample = await stream(driver, settings);
    expect((sample.bytes ?? 0) % SIZE).toBe(0);
    expect(sample.bytes).toBeGreaterThan(0);
    expect(sample.figures).toHaveProperty('loopDelayMaxMs', expect.any(Number));
  });
});

/** Lets the first byte through spoilt, or nothing at all. */
function spoiling(fault: 'spoil' | 'lose'): StreamsDriver {
  return {
    async openReader(path, blockSize): Promise<Readable> {
      if (fault === 'lose') return Readable.from([]);
      const source = await fsPromises.openReader(path, blockSize);
      const spoiler = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          const spoilt = chunk.slice();
          spoilt[0]! ^= 1;
          done(null, spoilt);
        },
      });
      // What becomes of one becomes of the other, so that the file is closed.
      return pipeline(source, spoiler, () => undefined);
    },
    async openWriter(path, blockSize): Promise<Writable> {
      const target = await fsPromises.openWriter(path, blockSize);
      return new Writable({
        highWaterMark: blockSize,
        write(chunk: Uint8Array, _encoding, done) {
          const spoilt = chunk.slice();
          spoilt[0]! ^= 1;
          if (fault === 'lose') done();
          else target.write(spoilt, done);
        },
        final: (done) => void target.end(done),
      });
    },
  };
}

it.each([
  ['reads wrong bytes', 'spoil', false, 'wrong bytes were read from offset 0'],
  ['reads nothing', 'lose', false, `0 bytes were read in place of ${SIZE}`],
  ['writes wrong bytes', 'spoil', true, 'wrong bytes were written behind offset 0'],
  ['writes nothing', 'lose', true, `0 bytes are in the file in place of ${SIZE}`],
] as const)('a stream that %s is found out', async (_fault, fault, write, message) => {
  await expect(stream(spoiling(fault), { write })).rejects.toThrow(message);
});

it('what was read on the clock is looked at off it', async () => {
  const inTurn: StreamsDriver[] = [fsPromises, spoiling('spoil')];
  const driver: StreamsDriver = {
    ...fsPromises,
    openReader: (path, blockSize) => inTurn.shift()!.openReader(path, blockSize),
  };
  const pause = vi.spyOn(Stopwatch.prototype, 'pause');
  // One chunk, which is the last one, too.
  const whole = { write: false, once: true, blockSize: 1024 * 1024 };
  await expect(stream(driver, whole)).rejects.toThrow('wrong bytes were read from offset');
  expect(pause).toHaveBeenCalledOnce();
  pause.mockRestore();
});

it.each([1, 3, 16])(
  'a stream is given chunks of %i MiB, as it was asked for',
  async (mebibytes) => {
    using scratch = new Scratch(chooseDirectory(undefined));
    const blockSize = mebibytes * 1024 * 1024;
    const size = Math.max(2 * blockSize, 12 * 1024 * 1024);
    const chunks: number[] = [];
    const driver: StreamsDriver = {
      ...fsPromises,
      async openWriter(path) {
        const target = await fsPromises.openWriter(path, blockSize);
        return new Writable({
          write(chunk: Uint8Array, _encoding, done) {
            chunks.push(chunk.length);
            target.write(chunk, done);
          },
          final: (done) => void target.end(done),
        });
      },
    };
    const path = join(scratch.path, 'file');
    const work = { path, size, blockSize, write: true, seconds: 1, once: false };
    const writing = new WriteThrough(driver, work);
    await writing.write();
    writing.check();
    expect(chunks).toEqual(Array.from({ length: size / blockSize }, () => blockSize));
  },
);
