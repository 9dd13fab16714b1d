// The same streams of two handles, one opened by Node and one by us: what they emit, in which order, and
// where they leave the descriptor.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { SEEK_CUR, lseek } from 'aio-bind';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { watchRest } from './support/rest.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const RUNS = rounds(1500, 40);
const PATIENCE = { timeout: 300_000 };

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

type Open = (path: string, flags: string) => Promise<FileHandle>;

/** Calls `use` with a handle of Node's and with one of ours, each of a file of its own. */
async function alike(
  bytes: Uint8Array,
  flags: string,
  use: (handle: FileHandle, path: string) => Promise<unknown>,
): Promise<void> {
  const seen: unknown[] = [];
  for (const opening of [nodeOpen, open] as Open[]) {
    const path = folder.file('file');
    writeFileSync(path, bytes);
    const handle = await opening(path, flags);
    try {
      seen.push(await use(handle, path));
    } finally {
      if (handle.fd !== -1) await handle.close();
    }
  }
  expect(seen[1]).toEqual(seen[0]);
}

const where = ({ fd }: FileHandle): number | null => (fd < 0 ? null : lseek(fd, 0, SEEK_CUR));

const contents = Buffer.from(Uint8Array.from({ length: 1_200_000 }, (_, i) => i * 31 + (i >> 8)));

/** Counts and positions around multiples of the chunk are where mistakes are. */
const around = (chunk: number): fc.Arbitrary<number> =>
  fc
    .tuple(fc.nat(9), fc.integer({ min: -1, max: 1 }))
    .map(([chunks, beside]) => Math.max(chunks * chunk + beside, 0));

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

type Disturbance = 'pause' | 'read meanwhile' | 'destroy' | 'fail' | 'abort' | 'set encoding';

interface Reading {
  readonly highWaterMark: number;
  readonly size: number;
  readonly first: number;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly autoClose: boolean;
  readonly emitClose: boolean;
  readonly encoding: BufferEncoding | undefined;
  readonly disturbances: readonly { readonly chunk: number; readonly what: Disturbance }[];
}

const readings: fc.Arbitrary<Reading> = fc
  .constantFrom(1, 100, 4096, 5000, 65_536, 131_072)
  .chain((highWaterMark) =>
    fc.record({
      highWaterMark: fc.constant(highWaterMark),
      size: around(highWaterMark),
      first: fc.oneof(fc.constant(0), fc.nat(10)),
      start: maybe(around(highWaterMark)),
      end: maybe(around(highWaterMark)),
      autoClose: fc.boolean(),
      emitClose: fc.boolean(),
      encoding: maybe(fc.constantFrom<BufferEncoding>('utf8', 'hex', 'base64')),
      disturbances: fc.uniqueArray(
        fc.record({
          chunk: fc.nat(6),
          what: fc.constantFrom<Disturbance>(
            ...['pause', 'read meanwhile', 'destroy', 'fail', 'abort', 'set encoding'].map(
              (what) => what as Disturbance,
            ),
          ),
        }),
        { maxLength: 2, selector: ({ chunk }) => chunk },
      ),
    }),
  )
  // Node keeps the handle of such a stream in use for ever.
  .filter(({ start = 0, end = Infinity }) => start <= end);

interface Counted {
  readonly bytesRead: number;
  readonly pos?: number;
}

/** It has nothing more to say. */
function ended(stream: Readable | Writable, last: 'end' | 'finish'): Promise<void> {
  return new Promise((resolve) => {
    stream.on('close', () => resolve());
    const unlessDestroyed = (): void => {
      // It stays open.
      if (!stream.destroyed && !closesByItself(stream)) resolve();
    };
    stream.on(last, unlessDestroyed);
    stream.on('error', unlessDestroyed);
  });
}

function closesByItself(stream: Readable | Writable): boolean {
  return (stream as unknown as { readonly autoClose: boolean }).autoClose;
}

async function readAlong(handle: FileHandle, reading: Reading): Promise<unknown> {
  const { highWaterMark, start, end, autoClose, emitClose, encoding, disturbances } = reading;
  const events: unknown[] = [];
  const rest = watchRest(handle);
  await handle.read(Buffer.alloc(10), 0, reading.first, null);
  const abort = new AbortController();
  const options = { highWaterMark, start, end, autoClose, emitClose, encoding };
  const stream = handle.createReadStream({ ...options, signal: abort.signal });
  const { bytesRead } = stream as Counted;
  events.push(['made', stream.constructor.name, bytesRead, Object.keys(stream)]);
  for (const name of ['open', 'ready', 'pause', 'resume', 'end', 'close', 'error']) {
    stream.on(name, (error?: unknown) => {
      const at = name === 'end' && !autoClose ? where(handle) : undefined;
      const cause = error instanceof Error ? error.name + error.message : undefined;
      events.push([name, (stream as Counted).bytesRead, (stream as Counted).pos, at, cause]);
    });
  }
  const pauses: Promise<void>[] = [];
  let chunks = 0;
  stream.on('data', (chunk: Buffer | string) => {
    events.push([chunk.toString('latin1'), (stream as Counted).bytesRead, (stream as Counted).pos]);
    if (chunk instanceof Buffer) events.push([chunk.byteOffset, chunk.buffer.byteLength]);
    const index = chunks++;
    for (const { what } of disturbances.filter(({ chunk: at }) => at === index)) {
      if (what === 'destroy') stream.destroy();
      if (what === 'fail') stream.destroy(new Error('had enough'));
      if (what === 'abort') abort.abort();
      if (what === 'set encoding') stream.setEncoding('latin1');
      if (what !== 'pause' && what !== 'read meanwhile') continue;
      stream.pause();
      const pausing = async (): Promise<void> => {
        // Node's read that is under way ends first, after which it has what it wants.
        await rest();
        if (!stream.destroyed && handle.fd >= 0) {
          events.push(['paused at', where(handle)]);
          if (what === 'read meanwhile') {
            const view = Buffer.alloc(3);
            await handle.read(view, 0, 3, null);
            events.push(['read', view.toString('latin1'), where(handle)]);
          }
        }
        stream.resume();
      };
      pauses.push(pausing());
    }
  });
  const closing = new Promise<void>((resolve) => {
    (handle as unknown as Readable).once('close', () => resolve());
  });
  if (emitClose) await ended(stream, 'end');
  else await Promise.race([ended(stream, 'end'), closing.then(rest)]);
  // A stream that has ended may yet say that it goes on.
  await Promise.all(pauses);
  await rest();
  const afterwards = where(handle);
  if (handle.fd < 0) return [events, 'closed'];
  const next = await handle.read(Buffer.alloc(4), 0, 4, null);
  return [events, afterwards, next];
}

describe('streams are like those of Node', () => {
  test('when they read', PATIENCE, async () => {
    await fc.assert(
      fc.asyncProperty(readings, async (reading) => {
        const bytes = contents.subarray(0, reading.size);
        await alike(bytes, 'r', (handle) => readAlong(handle, reading));
      }),
      { numRuns: RUNS },
    );
  });

  test('when they write', PATIENCE, async () => {
    const writings = fc.record({
      highWaterMark: fc.constantFrom(1, 1000, 65_536),
      sizes: fc.array(fc.constantFrom(1, 10, 999, 4096, 70_000, 300_000), { maxLength: 8 }),
      waits: fc.boolean(),
      start: maybe(fc.nat(5000)),
      first: fc.nat(10),
      autoClose: fc.boolean(),
      flags: fc.constantFrom('r+', 'a', 'a+', 'w', 'r'),
      destroyedAt: maybe(fc.nat(8)),
    });
    await fc.assert(
      fc.asyncProperty(writings, async ({ flags, ...writing }) => {
        await alike(contents.subarray(0, 3000), flags, (handle, path) =>
          writeAlong(handle, path, writing),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

interface Writing {
  readonly highWaterMark: number;
  readonly sizes: readonly number[];
  readonly waits: boolean;
  readonly start: number | undefined;
  readonly first: number;
  readonly autoClose: boolean;
  readonly destroyedAt: number | undefined;
}

async function writeAlong(handle: FileHandle, path: string, writing: Writing): Promise<unknown> {
  const { highWaterMark, sizes, waits, start, first, autoClose, destroyedAt } = writing;
  const rest = watchRest(handle);
  await handle.write(contents, 0, first, null).catch(() => undefined);
  const options = { highWaterMark, start, autoClose };
  const stream = handle.createWriteStream(options);
  const events: unknown[] = [[stream.constructor.name, Object.keys(stream)]];
  for (const name of ['open', 'ready', 'drain', 'finish', 'close', 'error']) {
    stream.on(name, (error?: unknown) => {
      const at = name === 'finish' ? where(handle) : undefined;
      events.push([name, stream.bytesWritten, at, (error as NodeJS.ErrnoException | null)?.code]);
    });
  }
  const end = ended(stream, 'finish');
  for (const [i, size] of sizes.entries()) {
    if (i === destroyedAt) {
      stream.destroy();
      break;
    }
    const written = new Promise<void>((resolve) => {
      stream.write(contents.subarray(i, i + size), (error) => {
        events.push([i, stream.bytesWritten, (error as NodeJS.ErrnoException | null)?.code]);
        resolve();
      });
    });
    if (waits) {
      await written;
      if (stream.errored !== null) break;
      await rest();
      events.push(['idle at', where(handle)]);
    }
  }
  if (!stream.destroyed) stream.end();
  await end;
  await rest();
  if (handle.fd >= 0) {
    events.push(where(handle));
    await handle.write('more').catch(() => undefined);
    // Node's `handle.close()` would wait for a stream that has finished, and does not close by itself.
    const closed = once(stream, 'close');
    stream.destroy();
    await closed;
  }
  return [events, readFileSync(path, 'latin1')];
}
