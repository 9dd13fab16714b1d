// Whoever listens for a handle's 'close' is called in the midst of close(), as in Node. Where Node's methods are not known
// by name he is called when nothing is under way any more, and may do anything: others wait for what has ended with that.
import { createHook } from 'node:async_hooks';
import { type EventEmitter, once } from 'node:events';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { type AioFileHandle, AioContext, ReadOperation, open } from '../src/index.js';
import { numberedBytes, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const BYTES = 1 << 20;

let folder: TempFolder;
const contents = numberedBytes(BYTES);
let closing: AioFileHandle;
let other: AioFileHandle;
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), BYTES);
});
afterAll(() => folder[Symbol.dispose]());
beforeEach(async () => {
  closing = await open(folder.file('file'), 'r', { backend: 'kernel' });
  other = await open(folder.file('file'), 'r', { backend: 'kernel' });
  const first = closing;
  onTestFinished(async () => {
    await Promise.all([first.close(), other.close()]);
  });
});

/** A read that takes a thread, so that it is under way when a call for it returns. */
const LARGE = 1 << 19;

/** As in a version of Node whose methods have other names: there it is told when nothing is under way any more. */
async function openUnknown(): Promise<AioFileHandle> {
  const actual = Object.getOwnPropertySymbols;
  const watch = vi
    .spyOn(Object, 'getOwnPropertySymbols')
    .mockImplementation((object) =>
      actual(object).filter(({ description }) => description !== 'kRef'),
    );
  const handle = await open(folder.file('file'), 'r', { backend: 'kernel' });
  watch.mockRestore();
  return handle;
}

/** What it is, though Node does not say so in its types. */
const emitter = (handle: FileHandle): EventEmitter => handle as unknown as EventEmitter;

describe('among operations of a context', () => {
  beforeEach(async () => {
    closing = await openUnknown();
  });
  const reading = (file: AioFileHandle, index: number): ReadOperation =>
    new ReadOperation({ file, buffer: Buffer.alloc(64), offset: index * 64 });
  const bytesAt = (index: number): Buffer => contents.subarray(index * 64, index * 64 + 64);

  test('it may close the context, which waits for the others', async () => {
    const context = new AioContext({ maxInFlight: 4 });
    emitter(closing).on('close', () => {
      context.close();
    });
    const runs = [closing, other].map((file, i) => context.run(reading(file, i)));
    const closed = closing.close();
    for (const [i, event] of (await Promise.all(runs)).entries()) {
      expect(event.bytes().equals(bytesAt(i))).toBe(true);
    }
    await closed;
    expect(context.closed).toBe(true);
  });

  test('it may collect events, submit and run', async () => {
    using context = new AioContext({ maxInFlight: 8 });
    const again = reading(closing, 0);
    const submitted = [reading(other, 1), reading(other, 2)];
    const heard = once(emitter(closing), 'close').then(async () => {
      again.file = other;
      again.offset = 3 * 64;
      context.submit(...submitted);
      const events = context.getEvents(2, 2).map((event) => event.operation);
      return { events, event: await context.run(again) };
    });
    const first = context.run(again);
    const second = context.run(reading(other, 4));
    await closing.close();
    expect((await first).result).toBe(64);
    expect((await second).bytes().equals(bytesAt(4))).toBe(true);
    const { events, event } = await heard;
    expect(events).toEqual(submitted);
    expect(event.bytes().equals(bytesAt(3))).toBe(true);
    expect(context.inFlight).toBe(0);
  });
});

/** What is seen of a handle's end while a read of it is under way, and a stream of it is read. */
async function endOf(handle: FileHandle): Promise<object> {
  const heard: string[] = [];
  const seen = { data: 0, web: '', fd: NaN };
  const stream = handle.createReadStream({ highWaterMark: 1024 });
  await once(stream, 'data');
  emitter(handle).on('close', () => heard.push('close'));
  const read = handle.read(Buffer.alloc(LARGE), 0, LARGE, 0);
  const closed = handle.close();
  heard.push('returned');
  stream.on('data', () => seen.data++);
  try {
    handle.readableWebStream();
  } catch (error) {
    seen.web = (error as Error).message;
  }
  expect((await read).bytesRead).toBe(LARGE);
  await closed;
  if (!stream.closed) await once(stream, 'close');
  return { ...seen, heard, fd: handle.fd };
}

test('it hears of the close at once, and so do streams, while a read is under way, as with Node', async () => {
  const nodes = await endOf(await nodeOpen(folder.file('file'), 'r'));
  expect(nodes).toMatchObject({ heard: ['close', 'returned'], data: 0, fd: -1 });
  expect(await endOf(closing)).toEqual(nodes);
});

test('where Node’s methods have other names, it hears of it when nothing is under way any more', async () => {
  const handle = await openUnknown();
  const seen: string[] = [];
  emitter(handle).on('close', () => seen.push('close'));
  const read = handle.read(Buffer.alloc(LARGE), 0, LARGE, 0).then(() => seen.push('read'));
  const closed = [handle.close(), handle.close()];
  seen.push('returned');
  await Promise.all([read, ...closed]);
  expect(seen).toEqual(['returned', 'read', 'close']);
  expect(handle.fd).toBe(-1);
});

test('it may throw: the call throws, as in Node, and all have their results', async () => {
  const error = new Error('thrown by a listener');
  emitter(closing).on('close', () => {
    throw error;
  });
  const reads = Array.from({ length: 4 }, (_, i) =>
    (i % 2 === 0 ? closing : other).read(Buffer.alloc(LARGE), 0, LARGE, i),
  );
  expect(() => closing.close()).toThrow(error);
  for (const [i, { bytesRead, buffer }] of (await Promise.all(reads)).entries()) {
    expect(bytesRead).toBe(LARGE);
    expect(buffer.equals(contents.subarray(i, i + LARGE))).toBe(true);
  }
  await closing.close();
  expect(closing.fd).toBe(-1);
});

test('where Node’s methods have other names, it may throw: the error is that of the close, and others have their results', async () => {
  closing = await openUnknown();
  const error = new Error('thrown by a listener');
  emitter(closing).on('close', () => {
    throw error;
  });
  const buffers = Array.from({ length: 6 }, () => Buffer.alloc(512));
  const reads = buffers.map((buffer, i) =>
    (i % 2 === 0 ? closing : other).read(buffer, 0, 512, i * 512),
  );
  const many = other.readMany([{ buffer: Buffer.alloc(512), position: 0 }]);
  const closed = closing.close();
  await expect(closed).rejects.toBe(error);
  await Promise.all(reads);
  for (const [i, buffer] of buffers.entries()) {
    expect(buffer.equals(contents.subarray(i * 512, i * 512 + 512))).toBe(true);
  }
  expect((await many).bytes).toBe(512);
});

test('who hooks promises may collect events of a context, or close it, in the midst of those that it has', async () => {
  const context = new AioContext({ maxInFlight: 8 });
  const operation = (index: number): ReadOperation =>
    new ReadOperation({ file: other, buffer: Buffer.alloc(64), offset: index * 64 });
  const submitted = [operation(0), operation(1)];
  const collected: unknown[] = [];
  let isArmed = false;
  const hook = createHook({
    promiseResolve: () => {
      if (!isArmed) return;
      isArmed = false;
      context.submit(...submitted);
      collected.push(...context.getEvents(2, 2).map((event) => event.operation));
      context.close();
    },
  }).enable();
  const runs = [2, 3, 4].map((index) => context.run(operation(index)));
  // Their events are collected at the end of this tick, and the first is the next promise to be resolved.
  isArmed = true;
  const events = await Promise.all(runs);
  hook.disable();
  expect(collected).toEqual(submitted);
  for (const [i, event] of events.entries()) {
    const at = (i + 2) * 64;
    expect(event.bytes().equals(contents.subarray(at, at + 64))).toBe(true);
  }
  expect(context).toMatchObject({ inFlight: 0, closed: true });
  await closing.close();
});
