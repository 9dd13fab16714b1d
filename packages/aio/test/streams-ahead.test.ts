// What a stream of a handle reads before it is asked for, and what becomes of it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest';
import type { OperationMessage } from '../src/engine/tracing.js';
import type { Operation } from '../src/engine/operation.js';
import { SERVED, type ServedHandle } from '../src/handle/served.js';
import { open, stats } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

const CHUNK = 65_536;
const CHUNKS = 40;
const EIO = -5;

const contents = Buffer.from(Uint8Array.from({ length: CHUNKS * CHUNK }, (_, i) => i >> 12));

/** Enough turns of the loop for whatever would come. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
}

let folder: TempFolder;
let handle: FileHandle;
/** Where reads began. */
let reads: number[];

const note = (message: unknown): void => {
  const { syscall, offset } = message as OperationMessage;
  if (syscall === 'read') reads.push(offset);
};

beforeEach(async () => {
  folder = new TempFolder();
  writeFileSync(folder.file('file'), contents);
  handle = await open(folder.file('file'));
  reads = [];
  subscribe('aio.operation.start', note);
});

afterEach(async () => {
  vi.restoreAllMocks();
  unsubscribe('aio.operation.start', note);
  if (handle.fd !== -1) await handle.close();
  folder[Symbol.dispose]();
});

/** Has reads end with what `outcome` says, in the order in which it says so. */
function readBy(outcome: (operation: Operation) => void): void {
  const served = (handle as unknown as ServedHandle)[SERVED]!;
  const { engine, file } = served;
  vi.spyOn(engine, 'start').mockImplementation((operation) => {
    reads.push(operation.offset);
    file.begin();
    outcome(operation);
  });
}

/** As the kernel would. */
function settle(operation: Operation): void {
  const { offset, nbytes, file, memory, viewOffset } = operation;
  const part = contents.subarray(offset, offset + nbytes);
  (memory as Buffer).set(part, viewOffset);
  operation.settle(part.length);
  file!.end();
}

function fail(operation: Operation): void {
  const { file } = operation;
  operation.settle(EIO);
  file!.end();
}

async function allOf(stream: ReadStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a stream that reads ahead', () => {
  test.for([{ start: 0 }, {}])('reads each chunk once, %o', async (options) => {
    const stream = handle.createReadStream({ ...options, highWaterMark: CHUNK });
    expect((await allOf(stream)).equals(contents)).toBe(true);
    const all = Array.from({ length: CHUNKS + 1 }, (_, i) => i * CHUNK);
    expect(reads).toEqual(all);
  });

  test('reads nothing behind its end', async () => {
    const stream = handle.createReadStream({ start: 10, end: 10 * CHUNK, highWaterMark: CHUNK });
    expect(await allOf(stream)).toHaveLength(10 * CHUNK - 9);
    expect(Math.max(...reads)).toBe(10 + 9 * CHUNK);
  });

  test('that is paused reads four chunks ahead at most', async () => {
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK });
    let chunks = 0;
    const paused = new Promise<void>((resolve) => {
      stream.on('data', () => {
        if (++chunks !== 12) return;
        stream.pause();
        resolve();
      });
    });
    await paused;
    await vi.waitFor(() => expect(stats()?.inFlight).toBe(0));
    await turns();
    // What was given, what the stream holds itself, and what is ahead.
    expect(reads.length).toBeLessThanOrEqual(12 + 1 + 4);
    expect(reads.length).toBeGreaterThan(12 + 1);
    stream.resume();
    await once(stream, 'close');
    expect(reads).toHaveLength(CHUNKS + 1);
  });

  test('that is left after the first chunk has read that one and the next', async () => {
    for await (const chunk of handle.createReadStream({ start: 0, highWaterMark: CHUNK })) {
      expect(chunk).toHaveLength(CHUNK);
      break;
    }
    expect(reads.length).toBeLessThanOrEqual(3);
  });

  test('holds no more than 4 MiB', async () => {
    const stream = handle.createReadStream({ start: 0, highWaterMark: 8 << 20 });
    expect((await allOf(stream)).equals(contents)).toBe(true);
    expect(reads).toEqual([0, contents.length]);
  });

  test('gives chunks in order, whichever comes first', async () => {
    readBy((operation) => {
      setTimeout(settle, (reads.length * 7) % 5, operation);
    });
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK });
    expect((await allOf(stream)).equals(contents)).toBe(true);
  });

  test('has several under way', async () => {
    const waiting: Operation[] = [];
    let most = 0;
    readBy((operation) => {
      waiting.push(operation);
      most = Math.max(most, waiting.length);
      setTimeout(() => settle(waiting.shift()!), 1);
    });
    await allOf(handle.createReadStream({ start: 0, highWaterMark: CHUNK }));
    expect(most).toBe(5);
  });

  test('ends where the file does by then', async () => {
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK });
    let bytes = 0;
    stream.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes === 10 * CHUNK) truncateSync(folder.file('file'), 11 * CHUNK + 5);
    });
    await once(stream, 'close');
    expect(bytes).toBeGreaterThanOrEqual(11 * CHUNK + 5);
    expect(bytes).toBeLessThanOrEqual(15 * CHUNK);
    expect(stream.bytesRead).toBe(bytes);
  });

  test('goes on where a file that has been cut short grows again', async () => {
    readBy((operation) => {
      const cut = operation.offset === 7 * CHUNK;
      setImmediate(() => {
        if (cut) operation.nbytes = 100;
        settle(operation);
      });
    });
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK });
    expect((await allOf(stream)).equals(contents)).toBe(true);
  });

  test('gives what is before an error, then the error', async () => {
    readBy((operation) => {
      setImmediate(operation.offset === 9 * CHUNK ? fail : settle, operation);
    });
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK });
    let bytes = 0;
    stream.on('data', (chunk) => (bytes += chunk.length));
    const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException];
    expect([error.code, error.syscall, bytes]).toEqual(['EIO', 'read', 9 * CHUNK]);
    if (!stream.closed) await once(stream, 'close');
    expect(handle.fd).toBe(-1);
  });

  test('closes when nothing is under way, though all that is fails', async () => {
    const waiting: Operation[] = [];
    readBy((operation) => {
      if (operation.offset < 8 * CHUNK) setImmediate(settle, operation);
      else waiting.push(operation);
    });
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK }).resume();
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(1));
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    // Of the one read that the stream itself has asked for.
    const error = once(stream, 'error');
    stream.destroy();
    await turns();
    expect(handle.fd).not.toBe(-1);
    for (const operation of waiting) fail(operation);
    expect(await error).toEqual([expect.objectContaining({ code: 'EIO' })]);
    await closed;
    expect(handle.fd).toBe(-1);
  });

  test.for([{ start: 0 }, {}])('has what its handle has written meanwhile, %o', async (options) => {
    await handle.close();
    handle = await open(folder.file('file'), 'r+');
    const stream = handle.createReadStream({ ...options, highWaterMark: CHUNK });
    const kept = Buffer.from(contents);
    let at = 0;
    for await (const chunk of stream) {
      const bytes = chunk as Buffer;
      // The stream itself holds the next one.
      expect(bytes.equals(kept.subarray(at, at + bytes.length))).toBe(true);
      at += bytes.length;
      const place = at + CHUNK;
      if (place >= kept.length) continue;
      kept.fill(255, place, place + CHUNK);
      await handle.write(kept.subarray(place, place + CHUNK), 0, CHUNK, place);
    }
    expect(at).toBe(kept.length);
  });

  test('closes in the scope of whoever destroys it', async () => {
    const scope = new AsyncLocalStorage<string>();
    const waiting: Operation[] = [];
    readBy((operation) => {
      if (operation.offset < 10 * CHUNK) setImmediate(settle, operation);
      else waiting.push(operation);
    });
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK });
    let chunks = 0;
    const paused = new Promise<void>((resolve) => {
      scope.run('reader', () =>
        stream.on('data', () => {
          if (++chunks !== 8) return;
          stream.pause();
          resolve();
        }),
      );
    });
    await paused;
    // What the stream itself has asked for is there, and what is ahead is not.
    await turns();
    expect(waiting.length).toBeGreaterThan(0);
    const closed = new Promise((resolve) => stream.once('close', () => resolve(scope.getStore())));
    scope.run('destroyer', () => stream.destroy());
    for (const operation of waiting) settle(operation);
    expect(await closed).toBe('destroyer');
  });
});
