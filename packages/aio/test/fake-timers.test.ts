// Tests of others put fake timers in place of the event loop's, and take them away again. Reads and writes go on meanwhile and
// afterwards, as with Node's own handles.
import { mock } from 'node:test';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AioContext, type AioFileHandle, ReadOperation, open, readFile } from '../src/index.js';
import { type Inside, inChild } from './support/child.js';
import { bringIn, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const FILE_BYTES = 1 << 20;

let folder: TempFolder;
let contents: Buffer;
let handle: AioFileHandle;
beforeAll(async () => {
  folder = new TempFolder();
  contents = writeNumbered(folder.file('file'), FILE_BYTES);
  handle = await open(folder.file('file'), 'r+');
});
afterAll(async () => {
  await handle.close();
  folder[Symbol.dispose]();
});
afterEach(() => {
  vi.useRealTimers();
  mock.timers.reset();
});

/** In line and by threads, by the handle and by the path, reads, writes and syncs, and more of them than go in one turn. */
async function everyWay(): Promise<void> {
  bringIn(folder.file('file'));
  for (let round = 0; round < 20; round++) {
    const buffers = Array.from({ length: 300 }, () => Buffer.alloc(4096));
    const reads = buffers.map((buffer, i) => handle.read(buffer, 0, 4096, (i % 256) * 4096));
    await Promise.all(reads);
    expect(Buffer.concat(buffers.slice(0, 256)).equals(contents)).toBe(true);
  }
  const large = Buffer.alloc(1 << 19);
  expect(await handle.read(large, 0, large.length, 0)).toMatchObject({ bytesRead: large.length });
  await handle.write(contents, 0, 4096, 0);
  await handle.datasync();
  expect((await readFile(folder.file('file'))).equals(contents)).toBe(true);
  const context = new AioContext();
  const operations = Array.from(
    { length: 300 },
    () => new ReadOperation({ file: handle, buffer: Buffer.alloc(4096) }),
  );
  await Promise.all(operations.map((operation) => context.run(operation)));
  await context[Symbol.asyncDispose]();
}

const FAKES: Record<string, () => void> = {
  'those of vi': () => void vi.useFakeTimers(),
  'some of those of vi': () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'hrtime'] });
  },
  'those of node:test': () => {
    mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'setInterval'] });
  },
};

test('a wait for events ends in time', () => {
  const context = new AioContext();
  vi.useFakeTimers();
  expect(context.getEvents(1, 1, 1_000_000n)).toEqual([]);
  context.close();
});

test.for(Object.keys(FAKES))('with %s', async (name) => {
  FAKES[name]!();
  await everyWay();
  vi.useRealTimers();
  mock.timers.reset();
  // Nor is anything left of them.
  await everyWay();
});

interface Given {
  readonly path: string;
}

/** In a process of its own, as others need these, too. */
async function readWithoutTicks({ aio }: Inside, { path }: Given): Promise<number> {
  const handle = await aio.open(path, 'r');
  const nextTick: typeof process.nextTick = Reflect.get(process, 'nextTick');
  const { queueMicrotask } = globalThis;
  process.nextTick = () => undefined;
  globalThis.queueMicrotask = () => undefined;
  let bytes = 0;
  for (let round = 0; round < 10; round++) {
    const reads = Array.from({ length: 300 }, (_, i) => handle.read(Buffer.alloc(8), 0, 8, i));
    for (const { bytesRead } of await Promise.all(reads)) bytes += bytesRead;
    bytes += (await handle.readMany([{ position: 0, buffer: Buffer.alloc(8) }])).bytes;
  }
  process.nextTick = nextTick;
  globalThis.queueMicrotask = queueMicrotask;
  await handle.close();
  return bytes;
}

test('with ticks and microtasks that do nothing', async () => {
  const { result } = await inChild(readWithoutTicks, { path: folder.file('file') });
  expect(result).toBe(10 * 301 * 8);
});
