import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

const SIZE = 300_001;

/** A handle is an EventEmitter, which its type does not say. */
const emitter = (handle: FileHandle): EventEmitter => handle as unknown as EventEmitter;

type Open = (path: string, flags?: string) => Promise<FileHandle>;

/** Does the same with a handle of Node and with ours, each of a file of its own with the same bytes. */
async function withBoth<T>(
  bytes: Uint8Array | string,
  flags: string,
  use: (handle: FileHandle, path: string) => Promise<T>,
): Promise<T> {
  const results = [];
  for (const opening of [nodeOpen, open] as Open[]) {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), bytes);
    const handle = await opening(folder.file('file'), flags);
    try {
      results.push(await use(handle, folder.file('file')));
    } finally {
      if (handle.fd !== -1) await handle.close();
    }
  }
  expect(results[1]).toEqual(results[0]);
  return results[1] as T;
}

/** What a stream has emitted, until it is closed or, as it does not close by itself, has ended. */
async function eventsOf(stream: Readable, last: 'close' | 'end'): Promise<unknown[]> {
  const events: unknown[] = [];
  for (const name of ['open', 'ready', 'end', 'close', 'error']) {
    stream.on(name, () => events.push(name));
  }
  stream.on('data', (chunk: Buffer) => events.push(chunk.length));
  await new Promise((resolve) => stream.once(last, resolve));
  return events;
}

describe('createReadStream of a handle', () => {
  const bytes = randomBytes(SIZE);

  test.for([
    {},
    { start: 1000 },
    { end: 1000 },
    { start: 65_536, end: 131_072 },
    { start: SIZE },
    { start: 10, end: 10 },
    { highWaterMark: 1 << 20 },
    { highWaterMark: 1000, start: 5, end: 5004 },
    { highWaterMark: 4096 },
  ])('%o gives the same bytes and events as with Node', async (options) => {
    await withBoth(bytes, 'r', async (handle) => {
      const { start = 0, end = SIZE } = options as { start?: number; end?: number };
      const stream = handle.createReadStream(options);
      const whole: Buffer[] = [];
      stream.on('data', (chunk) => whole.push(chunk as Buffer));
      const events = await eventsOf(stream, 'close');
      expect(Buffer.concat(whole).equals(bytes.subarray(start, end + 1))).toBe(true);
      return events;
    });
  });

  test('it starts where the handle is, and moves it', async () => {
    await withBoth('0123456789', 'r', async (handle) => {
      await handle.read(Buffer.alloc(3), 0, 3, null);
      const rest = await text(handle.createReadStream({ autoClose: false, highWaterMark: 4 }));
      const { bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, null);
      return [rest, bytesRead];
    });
  });

  test('autoClose closes the handle, or leaves it open', async () => {
    for (const autoClose of [true, false]) {
      await withBoth('text', 'r', async (handle) => {
        const stream = handle.createReadStream({ autoClose });
        const events = await eventsOf(stream, autoClose ? 'close' : 'end');
        return [events, handle.fd === -1];
      });
    }
  });

  test('emitClose false leaves out the close event', async () => {
    await withBoth('text', 'r', async (handle) => {
      const closed = new Promise((resolve) => emitter(handle).once('close', resolve));
      const events = await eventsOf(handle.createReadStream({ emitClose: false }), 'end');
      await closed;
      return events;
    });
  });

  test('an encoding makes strings of it', async () => {
    await withBoth('schön 🐢'.repeat(1000), 'r', async (handle) => {
      const stream = handle.createReadStream({ encoding: 'utf8', highWaterMark: 7 });
      const chunks: unknown[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    });
  });

  test('a stream that is left early is destroyed, and the handle closed', async () => {
    await withBoth(bytes, 'r', async (handle) => {
      const closed = new Promise((resolve) => emitter(handle).once('close', resolve));
      const stream = handle.createReadStream({ highWaterMark: 1000 });
      for await (const chunk of stream) {
        expect(chunk).toHaveLength(1000);
        break;
      }
      await closed;
      return [stream.destroyed, handle.fd];
    });
  });
});

describe('createWriteStream of a handle', () => {
  const bytes = randomBytes(SIZE);

  test.for([{}, { start: 10 }, { highWaterMark: 100 }])(
    '%o writes the same bytes as with Node',
    async (options) => {
      await withBoth('x'.repeat(100), 'r+', async (handle, path) => {
        const stream = handle.createWriteStream(options);
        const events: string[] = [];
        for (const name of ['open', 'ready', 'finish', 'close', 'error']) {
          stream.on(name, () => events.push(name));
        }
        const closed = new Promise((resolve) => stream.once('close', () => resolve(undefined)));
        for (let at = 0; at < SIZE; at += 50_000) stream.write(bytes.subarray(at, at + 50_000));
        stream.end();
        await closed;
        return [events, stream.bytesWritten, readFileSync(path).toString('latin1')];
      });
    },
  );

  test('many small writes at once keep their order', async () => {
    await withBoth('', 'w', async (handle, path) => {
      const stream = handle.createWriteStream();
      const closed = new Promise((resolve) => stream.once('close', () => resolve(undefined)));
      for (let i = 0; i < 2000; i++) stream.write(`${i},`);
      stream.end('end');
      await closed;
      return readFileSync(path, 'utf8');
    });
  });

  test('a handle that is open for appending is appended to', async () => {
    await withBoth('before ', 'a', async (handle, path) => {
      await pipeline(['after'], handle.createWriteStream());
      return readFileSync(path, 'utf8');
    });
  });

  test('a handle that is not open for writing is an error event', async () => {
    await withBoth('text', 'r', async (handle) => {
      const writing = pipeline(['more'], handle.createWriteStream());
      return writing.catch((error: unknown) => {
        const { code, syscall } = error as NodeJS.ErrnoException;
        return [code, syscall];
      });
    });
  });
});

describe('other ways to stream a handle', () => {
  test('a pipeline from handle to handle', async () => {
    const bytes = randomBytes(SIZE);
    using folder = new TempFolder();
    writeFileSync(folder.file('from'), bytes);
    const [from, to] = [await open(folder.file('from')), await open(folder.file('to'), 'w')];
    await pipeline(from.createReadStream(), createGzip(), to.createWriteStream());
    expect(gunzipSync(readFileSync(folder.file('to'))).equals(bytes)).toBe(true);
    expect([from.fd, to.fd]).toEqual([-1, -1]);
  });

  test('readLines gives every line', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}`);
    const read = await withBoth(lines.join('\n'), 'r', async (handle) => {
      const found: string[] = [];
      for await (const line of handle.readLines()) found.push(line);
      return found;
    });
    expect(read).toEqual(lines);
  });

  test('readableWebStream gives every byte', async () => {
    const bytes = randomBytes(SIZE);
    const read = await withBoth(bytes, 'r', async (handle) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of handle.readableWebStream() as AsyncIterable<ArrayBuffer>) {
        chunks.push(new Uint8Array(chunk));
      }
      return Buffer.concat(chunks);
    });
    expect(read.equals(bytes)).toBe(true);
  });

  test('two streams at once read their own parts', async () => {
    const bytes = randomBytes(SIZE);
    await withBoth(bytes, 'r', async (handle) => {
      const part = (start: number): Promise<Buffer> =>
        buffer(handle.createReadStream({ start, end: start + 99_999, autoClose: false }));
      const [one, two] = await Promise.all([part(0), part(100_000)]);
      expect(Buffer.concat([one, two]).equals(bytes.subarray(0, 200_000))).toBe(true);
      return one.length;
    });
  });
});
