// Those who trace, and hooks for promises, are called in the midst of the engine's work, and may ask it for more or
// give up on what is under way. Whatever they do, each operation settles once, and nothing is left behind.
import { createHook } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { eventGeneration, eventResult, eventSlot } from '../src/engine/iocb-words.js';
import type * as OwnTimers from '../src/engine/own-timers.js';
import type { OperationMessage } from '../src/engine/tracing.js';
import type { AioFileHandle } from '../src/index.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });
// The engine's own timers, to be put forward here.
vi.mock('../src/engine/own-timers.js', async (original) => ({
  ...(await original<typeof OwnTimers>()),
  setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
}));

const FILE_BYTES = 1 << 20;
const BLOCK = 4096;

let folder: TempFolder;
let contents: Buffer;
beforeAll(() => {
  folder = new TempFolder();
  contents = writeNumbered(folder.file('file'), FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());
beforeEach(() => {
  bringIn(folder.file('file'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.mocked(bind.io_getevents_ring).mockReset();
  vi.mocked(bind.io_submit_ranges).mockReset();
});

async function openOn(own: OwnEngine): Promise<AioFileHandle> {
  return (await own.open(folder.file('file'), 'r')) as AioFileHandle;
}

function ranges(count: number) {
  const positions = Array.from({ length: count }, (_, i) => (i * BLOCK) % FILE_BYTES);
  return { buffer: Buffer.alloc(count * 64), positions, lengths: 64 };
}

/** Calls back for each end of an operation, for its scope. */
function onEnd(callback: (message: OperationMessage) => void): Disposable {
  const listener = (message: unknown): void => {
    callback(message as OperationMessage);
  };
  subscribe('aio.operation.end', listener);
  return { [Symbol.dispose]: () => void unsubscribe('aio.operation.end', listener) };
}

const expectIdle = (own: OwnEngine): void =>
  expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });

test('a sweep that is begun while a timer collects what came late', async () => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const sweeps: Promise<unknown>[] = [];
  using _ = onEnd(({ bytes }) => {
    if (bytes === 8) sweeps.push(handle.readMany(ranges(20)));
  });
  // Nothing is seen in line.
  vi.mocked(bind.io_getevents_ring).mockReturnValueOnce(0);
  const reads = Array.from({ length: 8 }, (_, i) => handle.read(Buffer.alloc(8), 0, 8, i));
  expect((await Promise.all(reads)).map(({ bytesRead }) => bytesRead)).toEqual(Array(8).fill(8));
  expect(sweeps).toHaveLength(8);
  for (const result of await Promise.all(sweeps)) expect(result).toMatchObject({ bytes: 20 * 64 });
  expectIdle(own);
  await handle.close();
});

test('a sweep is given up on when events of others came with those of its batch', async () => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const controller = new AbortController();
  using _ = onEnd(({ bytes }) => {
    if (bytes === 8) controller.abort('enough');
  });
  const actual = await vi.importActual<typeof bind>('aio-bind');
  // They are in the ring when the batch comes, and have not been found by the timer that looks for them.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  vi.mocked(bind.io_getevents_ring).mockReturnValue(0);
  vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) => {
    vi.mocked(bind.io_getevents_ring).mockReset();
    return actual.io_submit_ranges(...args);
  });
  // The rest of it waits.
  vi.mocked(bind.io_submit_ranges).mockImplementation(() => {
    throw bind.errnoError(-11, 'io_submit');
  });
  const reads = [0, 1].map((at) => handle.read(Buffer.alloc(8), 0, 8, at));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(own.engine.stats().inFlight).toBe(2);
  const reading = handle.readMany(ranges(1000), { signal: controller.signal });
  await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
  await Promise.all(reads);
  expectIdle(own);
  vi.useRealTimers();
  vi.mocked(bind.io_submit_ranges).mockReset();
  expect(await handle.readMany(ranges(100))).toMatchObject({ bytes: 6400 });
  expectIdle(own);
  await handle.close();
});

test.for(['read', 'readMany'] as const)('%s that is given up on when it begins', async (method) => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort('enough');
  };
  const { signal } = controller;
  subscribe('aio.operation.start', abort);
  const begun =
    method === 'read'
      ? handle.read(Buffer.alloc(8), { position: 0, signal } as { position: number })
      : handle.readMany(ranges(8), { signal });
  unsubscribe('aio.operation.start', abort);
  await expect(begun).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
  expectIdle(own);
  await handle.close();
});

test('a range whose event comes before that of the one ahead of it settles', async () => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const actual = await vi.importActual<typeof bind>('aio-bind');
  vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) => {
    const taken = actual.io_submit_ranges(...args);
    const [, , , columns, { tag }, events] = args;
    // As if the third one's event had been found behind the fourth's.
    events.u32[eventSlot(0)] = columns.slot[2]!;
    events.u32[eventGeneration(0)] = tag;
    events.i32[eventResult(0)] = columns.res[2]!;
    columns.res[2] = bind.IoRangeArray.PENDING;
    vi.spyOn(bind.IoRangeArray.prototype, 'whole', 'get').mockReturnValueOnce(taken - 1);
    vi.spyOn(bind.IoRangeArray.prototype, 'events', 'get').mockReturnValueOnce(1);
    return taken;
  });
  const asked = ranges(20);
  expect(await handle.readMany(asked)).toMatchObject({ bytes: 20 * 64 });
  expect(asked.buffer.subarray(128, 192)).toEqual(contents.subarray(2 * BLOCK, 2 * BLOCK + 64));
  expectIdle(own);
  await handle.close();
});

test('what a sweep without memory lets go of is not left behind', async () => {
  using own = new OwnEngine();
  const handle = (await own.open(folder.file('written'), 'w+')) as AioFileHandle;
  const memory = new ArrayBuffer(8192);
  const writing = handle.writeMany({
    buffer: new Uint8Array(memory),
    positions: [0, 4096],
    lengths: 4096,
  });
  // It goes when the sweep ends, which it does as soon as it is looked at.
  const syncing = handle.sync();
  structuredClone(memory, { transfer: [memory] });
  expect([...(await writing).results]).toEqual([-14, -14]);
  await syncing;
  expectIdle(own);
  await handle.close();
});

// One for the batch as well as for its first read; more than go together; a submission in the midst of it.
test.for([
  ['one', 1, () => undefined],
  ['many', 300, () => undefined],
  ['a sweep', 2, (handle: AioFileHandle) => void handle.readMany(ranges(20))],
] as const)(
  'reads that are begun by a hook for the promise of another: %s',
  async ([, count, alongside]) => {
    using own = new OwnEngine({ depth: 1024 });
    const handle = await openOn(own);
    let left = 0;
    const reads: Promise<unknown>[] = [];
    const begin = (): void => {
      const at = 8 * left;
      const view = Buffer.alloc(8);
      const reading = handle.read(view, 0, 8, at);
      const check = async (): Promise<void> => {
        expect(await reading).toEqual({ bytesRead: 8, buffer: view });
        expect(view.readUInt32LE()).toBe(at);
      };
      reads.push(check());
    };
    let isInHook = false;
    const hook = createHook({
      init: (_id, type) => {
        if (left === 0 || isInHook || type !== 'PROMISE') return;
        left--;
        isInHook = left % 2 === 0;
        if (isInHook) alongside(handle);
        begin();
        isInHook = false;
      },
    }).enable();
    left = count;
    begin();
    expect(left).toBe(0);
    hook.disable();
    await Promise.all(reads);
    expectIdle(own);
    await handle.close();
  },
);

test('a tick whose hook takes all the room that there is, and closes a handle that is about to be read', async () => {
  using own = new OwnEngine({ depth: 4 });
  const handle = await openOn(own);
  const other = await openOn(own);
  let isArmed = false;
  const inner: Promise<{ bytesRead: number }>[] = [];
  const closing: Promise<void>[] = [];
  const hook = createHook({
    init: (_id, type) => {
      if (!isArmed || type !== 'TickObject') return;
      isArmed = false;
      closing.push(handle.close());
      for (let i = 0; i < 4; i++) inner.push(other.read(Buffer.alloc(8), 0, 8, i * 8));
    },
  }).enable();
  isArmed = true;
  const view = Buffer.alloc(8);
  const outer = handle.read(view, 0, 8, 800);
  hook.disable();
  expect(inner).toHaveLength(4);
  for (const { bytesRead } of await Promise.all([outer, ...inner])) expect(bytesRead).toBe(8);
  expect(view.readUInt32LE()).toBe(800);
  await Promise.all(closing);
  expectIdle(own);
  await other.close();
});

test('a hook for the promise of a new batch that takes the last room', async () => {
  using own = new OwnEngine({ depth: 3 });
  const handle = await openOn(own);
  const other = await openOn(own);
  let isArmed = false;
  const inner: Promise<{ bytesRead: number }>[] = [];
  const hook = createHook({
    init: (_id, type) => {
      if (!isArmed || type !== 'PROMISE') return;
      isArmed = false;
      inner.push(other.read(Buffer.alloc(8), 0, 8, 0));
    },
  }).enable();
  // Too many bytes for one batch.
  const size = 200_000;
  const outer = [0, 1].map(() => handle.read(Buffer.alloc(size), 0, size, 0));
  isArmed = true;
  outer.push(handle.read(Buffer.alloc(size), 0, size, 0));
  hook.disable();
  expect(inner).toHaveLength(1);
  for (const { bytesRead } of await Promise.all(outer)) expect(bytesRead).toBe(size);
  for (const { bytesRead } of await Promise.all(inner)) expect(bytesRead).toBe(8);
  await handle.close();
  await other.close();
  expectIdle(own);
});

test('who comes to trace while reads are under way hears of the end of each', async () => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const reads = [0, 8, FILE_BYTES].map((at) => handle.read(Buffer.alloc(8), 0, 8, at));
  const ended: OperationMessage[] = [];
  using _ = onEnd((message) => ended.push(message));
  await Promise.all(reads);
  expect(ended.map(({ offset, result }) => [offset, result]).toSorted()).toEqual([
    [0, 8],
    [FILE_BYTES, 0],
    [8, 8],
  ]);
  await handle.close();
});
