// What readMany does with ranges beyond a first attempt, and beside others.
import { statSync } from 'node:fs';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BUFFERED_READ, deviceOf } from '../src/engine/device.js';
import { eventResult } from '../src/engine/iocb-words.js';
import type { AioFileHandle } from '../src/index.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, evict, keepOnly, writeNumbered } from './support/page-cache.js';
import { submitUnseen } from './support/unseen-ranges.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

const FILE_BYTES = 1 << 22;
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
  vi.mocked(bind.io_getevents_ring).mockReset();
  vi.mocked(bind.io_submit).mockReset();
  vi.mocked(bind.io_submit_ranges).mockReset();
  device().completesLate = 0;
});

const device = (): ReturnType<typeof deviceOf> => deviceOf(statSync(folder.file('file')).dev);

async function openOn(own: OwnEngine): Promise<AioFileHandle> {
  return (await own.open(folder.file('file'), 'r')) as AioFileHandle;
}

/** So many ranges of so many bytes, all over the file; and whether all of them were read. */
function ranges(count: number, length: number) {
  const positions = Array.from(
    { length: count },
    (_, i) => (i * 7919 * 64) % (FILE_BYTES - length),
  );
  const buffer = Buffer.alloc(count * length);
  const isRead = (): boolean =>
    positions.every((at, i) =>
      buffer.subarray(i * length, (i + 1) * length).equals(contents.subarray(at, at + length)),
    );
  return { asked: { buffer, positions, lengths: length }, isRead };
}

test('sixteen and more are submitted by the call', async () => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const { submitted: before } = own.engine.stats();
  await handle.read(Buffer.alloc(1), 0, 1, 0);
  const fewer = ranges(15, 100);
  const more = ranges(16, 100);
  const readingFewer = handle.readMany(fewer.asked);
  expect(own.engine.stats().submitted - before).toBe(1);
  await readingFewer;
  await new Promise((resolve) => setImmediate(resolve));
  const readingMore = handle.readMany(more.asked);
  expect(own.engine.stats().submitted - before).toBe(1 + 15 + 16);
  await readingMore;
  expect(fewer.isRead() && more.isRead()).toBe(true);
  await handle.close();
});

// Those that are announced by an eventfd go one by one; others together, in one call.
describe.each([
  ['together', 0],
  ['one by one', BUFFERED_READ],
])('ranges that are submitted %s', (how, completesLate) => {
  beforeEach(() => {
    device().completesLate = completesLate;
  });

  /** How many the kernel is to take, of so many; or throws in its place. */
  async function limitSubmission(limit: (nr: number) => number): Promise<void> {
    const actual = await vi.importActual<typeof bind>('aio-bind');
    vi.mocked(bind.io_submit).mockImplementation((ctx, nr, slab: bind.IocbSlab, slots) =>
      actual.io_submit(ctx, limit(nr), slab, slots),
    );
    vi.mocked(bind.io_submit_ranges).mockImplementation((ctx, nr, ...rest) =>
      actual.io_submit_ranges(ctx, limit(nr), ...rest),
    );
  }

  /** The kernel is at them for longer than io_submit lasts. */
  async function submitAllUnseen(): Promise<typeof bind> {
    const actual = await vi.importActual<typeof bind>('aio-bind');
    vi.mocked(bind.io_submit_ranges).mockImplementation((...args) => submitUnseen(actual, ...args));
    vi.mocked(bind.io_getevents_ring).mockReturnValueOnce(0);
    return actual;
  }

  /** How many were submitted each time. */
  const submitted = (): number[] =>
    vi
      .mocked(how === 'together' ? bind.io_submit_ranges : bind.io_submit)
      .mock.calls.map(([, nr]) => nr);

  test('that are not cached are all found, by way of submit threads', async () => {
    using own = new OwnEngine({ depth: 32 });
    const handle = await openOn(own);
    evict(folder.file('file'));
    const { asked, isRead } = ranges(1500, 5000);
    expect(await handle.readMany(asked)).toMatchObject({ bytes: 1500 * 5000, failed: 0 });
    expect(isRead()).toBe(true);
    const { offloaded, completed, inFlight, queued } = own.engine.stats();
    expect({ completed, inFlight, queued }).toEqual({ completed: 1500, inFlight: 0, queued: 0 });
    expect(offloaded).toBeGreaterThan(0);
    await handle.close();
  });

  test('that are cached in part are complete', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const length = 200_000;
    for (let at = 1000; at + length < FILE_BYTES; at += 1 << 20) {
      keepOnly(folder.file('file'), at);
      const buffer = Buffer.alloc(length);
      const { results } = await handle.readMany({ buffer, positions: [at], lengths: length });
      expect([...results]).toEqual([length]);
      expect(buffer.equals(contents.subarray(at, at + length))).toBe(true);
    }
    await handle.close();
  });

  test('too large for the event loop go to submit threads at once', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const { asked, isRead } = ranges(5, 1 << 18);
    expect(await handle.readMany(asked)).toMatchObject({ failed: 0 });
    expect(isRead()).toBe(true);
    expect(own.engine.stats()).toMatchObject({ offloaded: 5, completed: 5 });
    await handle.close();
  });

  test('are bounded by bytes in flight too, and a larger one goes alone', async () => {
    using own = new OwnEngine({ bytes: 10_000 });
    const handle = await openOn(own);
    const { asked, isRead } = ranges(50, BLOCK);
    await handle.readMany(asked);
    expect(isRead()).toBe(true);
    expect(Math.max(...submitted())).toBe(2);
    vi.clearAllMocks();
    const large = ranges(3, 20_000);
    await handle.readMany(large.asked);
    expect(large.isRead()).toBe(true);
    expect(submitted()).toEqual([1, 1, 1]);
    await handle.close();
  });

  test('whose buffer is gone when they have been cut short are not gone on with', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const memory = new ArrayBuffer(2 * BLOCK);
    // It is not there yet at the first look; at the next it ends with what is cached, not with the file.
    const actual = await submitAllUnseen();
    vi.mocked(bind.io_getevents_ring).mockImplementationOnce((ctx, nr, events) => {
      const count = actual.io_getevents_ring(ctx, nr, events);
      events.i32[eventResult(0)] = BLOCK;
      return count;
    });
    const reading = handle.readMany({
      buffer: new Uint8Array(memory),
      positions: [FILE_BYTES / 2],
      lengths: 2 * BLOCK,
    });
    await new Promise((resolve) => process.nextTick(resolve));
    expect(own.engine.stats().inFlight).toBe(1);
    structuredClone(memory, { transfer: [memory] });
    expect([...(await reading).results]).toEqual([-14]);
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, submitted: 1, offloaded: 0 });
    await handle.close();
  });

  test('of which the kernel takes only some at a time are all read', async () => {
    using own = new OwnEngine();
    let calls = 0;
    await limitSubmission((nr) => {
      if (++calls % 3 === 0) throw bind.errnoError(-11, 'io_submit');
      return Math.ceil(nr / 3);
    });
    const handle = await openOn(own);
    const { asked, isRead } = ranges(300, 100);
    expect(await handle.readMany(asked)).toMatchObject({ failed: 0 });
    expect(isRead()).toBe(true);
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
    await handle.close();
  });

  test('of which the kernel refuses one are read but for that one', async () => {
    using own = new OwnEngine();
    let calls = 0;
    await limitSubmission((nr) => {
      if (++calls === 2) throw bind.errnoError(-constants.errno.EACCES, 'io_submit');
      return Math.min(nr, 3);
    });
    const handle = await openOn(own);
    const { asked } = ranges(10, 100);
    const read = await handle.readMany(asked);
    expect([...read.results]).toEqual([
      100,
      100,
      100,
      -constants.errno.EACCES,
      100,
      100,
      100,
      100,
      100,
      100,
    ]);
    expect(read.errorOf(3)).toMatchObject({ code: 'EACCES', syscall: 'read' });
    await handle.close();
  });

  test('have all the room again, however those before them ended', async () => {
    using own = new OwnEngine({ depth: 16 });
    const handle = await openOn(own);
    // Each 50 bytes short, since the file ends there; then some cut off by the kernel, too.
    const atEnd = (count: number) => ({
      buffer: Buffer.alloc(count * 100),
      positions: new Array<number>(count).fill(FILE_BYTES - 50),
      lengths: 100,
    });
    for (const most of [100, 5]) {
      await limitSubmission((nr) => Math.min(nr, most));
      for (let times = 0; times < 50; times++) {
        const { results } = await handle.readMany(atEnd(1 + (times % 20)));
        expect(new Set(results)).toEqual(new Set([50]));
      }
    }
    await limitSubmission((nr) => nr);
    vi.mocked(bind.io_submit).mockClear();
    vi.mocked(bind.io_submit_ranges).mockClear();
    const { asked, isRead } = ranges(16, 300);
    expect(await handle.readMany(asked)).toMatchObject({ failed: 0, bytes: 16 * 300 });
    expect(isRead()).toBe(true);
    if (how === 'together') expect(submitted()).toEqual([16]);
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
    await handle.close();
  });

  test('given up on while the kernel takes none leave their room to others', async () => {
    using own = new OwnEngine({ depth: 8, bytes: 1000 });
    const handle = await openOn(own);
    await limitSubmission(() => {
      throw bind.errnoError(-11, 'io_submit');
    });
    const controller = new AbortController();
    const reading = handle.readMany(ranges(100, 100).asked, { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect(own.engine.stats()).toMatchObject({ submitted: 0, inFlight: 0, queued: 100 });
    controller.abort('enough');
    await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
    await limitSubmission((nr) => nr);
    const { asked, isRead } = ranges(30, 300);
    expect(await handle.readMany(asked)).toMatchObject({ failed: 0 });
    expect(isRead()).toBe(true);
    await handle.close();
  });

  test('of all sizes, large ones among them, are all read', async () => {
    using own = new OwnEngine({ depth: 16 });
    const handle = await openOn(own);
    const lengths = Array.from({ length: 60 }, (_, i) => [10, 0, 300_000, 5000, 100_000][i % 5]!);
    const buffer = Buffer.alloc(lengths.reduce((sum, length) => sum + length));
    const positions = lengths.map((_, i) => i * 50_000);
    const read = await handle.readMany({ buffer, positions, lengths });
    expect([...read.results]).toEqual(lengths);
    let at = 0;
    for (const [i, length] of lengths.entries()) {
      const wanted = contents.subarray(positions[i], positions[i]! + length);
      expect(buffer.subarray(at, at + length).equals(wanted)).toBe(true);
      at += length;
    }
    await handle.close();
  });

  test('that go on against expectation are looked for', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    await submitAllUnseen();
    const { asked, isRead } = ranges(20, 100);
    expect(await handle.readMany(asked)).toMatchObject({ failed: 0 });
    expect(isRead()).toBe(true);
    await handle.close();
  });
});

describe('beside a sweep of many ranges', () => {
  test('a read that comes later, and a shorter sweep, end sooner', async () => {
    using own = new OwnEngine({ depth: 16 });
    const handle = await openOn(own);
    const order: string[] = [];
    const long = ranges(20_000, 64);
    await Promise.all([
      handle.readMany(long.asked).then(() => order.push('many')),
      handle.readMany(ranges(40, 64).asked).then(() => order.push('few')),
      handle.read(Buffer.alloc(8), 0, 8, 0).then(() => order.push('one')),
    ]);
    expect(new Set(order.slice(0, 2))).toEqual(new Set(['few', 'one']));
    expect(long.isRead()).toBe(true);
    await handle.close();
  });

  test('single reads that fill every turn do not keep it waiting', async () => {
    using own = new OwnEngine({ depth: 256 });
    const handle = await openOn(own);
    const most = 20_000;
    let reads = 0;
    const loops = Array.from({ length: 128 }, async (_, i) => {
      const buffer = Buffer.alloc(1 << 16);
      while (reads < most) {
        reads++;
        await handle.read(buffer, 0, buffer.length, ((i + reads) % 60) << 16);
      }
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await handle.readMany(ranges(20, BLOCK).asked)).toMatchObject({ failed: 0 });
    expect(reads).toBeLessThan(most);
    reads = most;
    await Promise.all(loops);
    await handle.close();
  });

  test('timers have their turn', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await handle.readMany(ranges(100_000, 256).asked);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    await handle.close();
  });
});

test('given up on while threads read, a sweep begins no more, and close() waits for what goes on', async () => {
  using own = new OwnEngine({ depth: 64 });
  const handle = await openOn(own);
  evict(folder.file('file'));
  const controller = new AbortController();
  const { asked } = ranges(1000, BLOCK);
  const reading = handle.readMany(asked, { signal: controller.signal });
  await new Promise((resolve) => process.nextTick(resolve));
  controller.abort('enough');
  await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
  expect(own.engine.stats().queued).toBe(0);
  await handle.close();
  expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  expect(own.engine.stats().submitted).toBeLessThan(1000);
});

test('each range is told to those who trace, with its result', async () => {
  using own = new OwnEngine();
  const handle = await openOn(own);
  const { fd } = handle;
  await handle.readFile(); // A test before has evicted it.
  const seen: unknown[] = [];
  const onStart = (message: unknown): void => void seen.push(['start', message]);
  const onEnd = (message: unknown): void => void seen.push(['end', message]);
  subscribe('aio.operation.start', onStart);
  subscribe('aio.operation.end', onEnd);
  try {
    const positions = [0, FILE_BYTES - 4, 0];
    await handle.readMany({ buffer: Buffer.alloc(16), positions, lengths: [8, 8, 0] });
  } finally {
    unsubscribe('aio.operation.start', onStart);
    unsubscribe('aio.operation.end', onEnd);
  }
  const about = (offset: number) => ({ syscall: 'read', fd, offset, bytes: 8 });
  expect(seen).toEqual([
    ['start', about(0)],
    ['start', about(FILE_BYTES - 4)],
    ['end', { ...about(0), result: 8 }],
    ['end', { ...about(FILE_BYTES - 4), result: 4 }],
  ]);
  await handle.close();
});
