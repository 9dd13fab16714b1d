// Large cached reads that come together are read by two threads at once.
import { statSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BUFFERED_READ, deviceOf } from '../src/engine/device.js';
import type { AioFileHandle } from '../src/index.js';
import { LateRead } from './support/late-read.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, keepOnly, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });
vi.mock('node:os', { spy: true });

const FILE_BYTES = 1 << 22;
const LARGE = 1 << 16;

let folder: TempFolder;
let path: string;
let contents: Buffer;
let actual: typeof bind;
beforeAll(async () => {
  folder = new TempFolder();
  path = folder.file('file');
  contents = writeNumbered(path, FILE_BYTES);
  actual = await vi.importActual('aio-bind');
});
afterAll(() => folder[Symbol.dispose]());
afterEach(() => {
  vi.clearAllMocks();
  vi.mocked(os.availableParallelism).mockReset();
  vi.mocked(bind.io_submit_ranges).mockReset();
  Object.assign(device(), { endsInLine: 0, completesLate: 0, refusesNowait: 0 });
});
beforeEach(() => {
  bringIn(path);
  vi.mocked(os.availableParallelism).mockReturnValue(2);
  // It has shown that such reads end in line.
  device().endsInLine = BUFFERED_READ;
});

const device = (): ReturnType<typeof deviceOf> => deviceOf(statSync(path).dev);
const helped = (): number =>
  // eslint-disable-next-line @typescript-eslint/unbound-method -- not called
  vi.mocked(bind.ReadHelper.prototype.read).mock.calls.length;
const submissions = (): number =>
  vi.mocked(bind.io_submit).mock.calls.length + vi.mocked(bind.io_submit_ranges).mock.calls.length;
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** How several ranges are asked for together; each gives whether it was read. */
type Way = (
  handle: AioFileHandle,
  positions: readonly number[],
  length: number,
) => Promise<boolean>[];

const isThere = (bytes: Buffer, position: number): boolean =>
  bytes.equals(contents.subarray(position, position + bytes.length));

const byRead: Way = (handle, positions, length) =>
  positions.map(async (position) => {
    const view = Buffer.alloc(length);
    const { bytesRead } = await handle.read(view, { length, position });
    return isThere(view.subarray(0, bytesRead), position);
  });

const byReadMany = (
  handle: AioFileHandle,
  positions: readonly number[],
  length: number,
  signal?: AbortSignal,
): Promise<boolean>[] => {
  const buffer = Buffer.alloc(positions.length * length);
  const all = handle.readMany({ buffer, positions, lengths: length }, { signal });
  return positions.map(async (position, i) => {
    const { results } = await all;
    const bytesRead = results[i]!;
    return bytesRead >= 0 && isThere(buffer.subarray(i * length, i * length + bytesRead), position);
  });
};

const spread = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 300_007);

async function openOn(own: OwnEngine): Promise<AioFileHandle> {
  return (await own.open(path, 'r')) as AioFileHandle;
}

describe.each([
  ['read', byRead],
  ['readMany', byReadMany],
])('by %s', (_, ask) => {
  const all = async (...of: Parameters<Way>): Promise<void> => {
    const read = await Promise.all(ask(...of));
    expect(read).not.toContain(false);
  };

  test('large ones are helped with, and count as in line', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    await all(handle, spread(8), LARGE);
    expect([helped(), submissions()]).toEqual([1, 0]);
    const { completed, inFlight } = own.engine.stats();
    expect({ completed, inFlight }).toEqual({ completed: 8, inFlight: 0 });
    await handle.close();
  });

  test('the first of a device go by io_submit, which shows that they end in line', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    device().endsInLine = 0;
    await all(handle, spread(8), LARGE);
    expect([helped(), submissions()]).toEqual([0, 1]);
    expect(device().endsInLine).toBe(BUFFERED_READ);
    await all(handle, spread(8), LARGE);
    expect([helped(), submissions()]).toEqual([1, 1]);
    await handle.close();
  });

  test.for([
    ['of few bytes', 2, LARGE],
    ['of many that are small', 60, 4096],
  ] as const)('those %s are not worth it', async ([, count, length]) => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    await all(
      handle,
      spread(count).map((at) => at % (FILE_BYTES - length)),
      length,
    );
    expect([helped(), submissions()]).toEqual([0, 1]);
    await handle.close();
  });

  test('nor is any where there is one processor', async () => {
    vi.mocked(os.availableParallelism).mockReturnValue(1);
    using own = new OwnEngine();
    const handle = await openOn(own);
    await all(handle, spread(8), LARGE);
    expect([helped(), submissions()]).toEqual([0, 1]);
    await handle.close();
  });

  test('what is not in memory is read from the device', async () => {
    const cold = folder.file('cold');
    writeNumbered(cold, FILE_BYTES);
    keepOnly(cold, 4 * 300_007);
    using own = new OwnEngine();
    const handle = (await own.open(cold, 'r')) as AioFileHandle;
    await all(handle, spread(8), LARGE);
    expect(helped()).toBe(1);
    expect(own.engine.stats()).toMatchObject({ completed: 8, inFlight: 0, queued: 0 });
    await handle.close();
  });

  test('those behind the end of the file are short', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const ends = [FILE_BYTES - 100, FILE_BYTES, FILE_BYTES - LARGE, FILE_BYTES - 8192, 8];
    await all(handle, ends, LARGE);
    expect(helped()).toBe(1);
    await handle.close();
  });

  test.for([
    ['RWF_NOWAIT is not known', 'EOPNOTSUPP'],
    ['a sandbox forbids the call', 'EPERM'],
  ] as const)('where %s io_submit is asked', async ([, code]) => {
    using shm = new TempFolder('/dev/shm');
    writeFileSync(shm.file('file'), contents);
    Object.assign(deviceOf(statSync(shm.path).dev), {
      endsInLine: BUFFERED_READ,
      refusesNowait: 0,
    });
    using alone = vi.spyOn(bind.TimedRead.prototype, 'try_preadv2');
    using own = new OwnEngine();
    const handle = (await own.open(shm.file('file'), 'r')) as AioFileHandle;
    using _ended = vi.spyOn(bind.IoRangeArray.prototype, 'ended', 'get').mockReturnValueOnce(8);
    vi.spyOn(bind.ReadHelper.prototype, 'read').mockImplementationOnce((nr, ranges) => {
      ranges.res.fill(-os.constants.errno[code], 0, nr);
      return -1;
    });
    await all(handle, spread(8), LARGE);
    expect(helped()).toBe(1);
    expect(submissions()).toBeGreaterThan(0);
    expect(alone).not.toHaveBeenCalled();
    expect(own.engine.stats()).toMatchObject({ completed: 8, inFlight: 0, queued: 0 });
    await handle.close();
  });

  test('one that is late ends when it does, and close waits for it', async () => {
    using own = new OwnEngine();
    using late = new LateRead(actual);
    const handle = await openOn(own);
    const reads = ask(handle, spread(8), LARGE);
    await expect.poll(() => late.isAwaited).toBe(true);
    expect(own.engine.stats()).toMatchObject({ inFlight: 1 });
    let isClosed = false;
    const closing = handle.close().then(() => (isClosed = true));
    if (ask === byRead) expect(await Promise.all(reads.slice(0, -1))).not.toContain(false);
    await new Promise((resolve) => setTimeout(resolve, 5)); // beyond the look for what is forgotten
    expect([isClosed, own.engine.stats().inFlight]).toEqual([false, 1]);
    late.end();
    expect(await Promise.all(reads)).not.toContain(false);
    await closing;
    expect(own.engine.stats()).toMatchObject({ completed: 8, inFlight: 0, queued: 0 });
    expect(device().completesLate).toBe(0);
  });

  test('while one is late, others are read all the same', async () => {
    using own = new OwnEngine();
    using late = new LateRead(actual);
    const handle = await openOn(own);
    const reads = ask(handle, spread(8), LARGE);
    await expect.poll(() => late.isAwaited).toBe(true);
    await all(handle, spread(7), LARGE);
    await all(handle, [5], 10);
    late.end();
    expect(await Promise.all(reads)).not.toContain(false);
    await handle.close();
  });

  test('one that is late, and is cut short by the page cache, is complete in the end', async () => {
    const cold = folder.file('late-cold');
    writeNumbered(cold, FILE_BYTES);
    using own = new OwnEngine();
    using late = new LateRead(actual);
    const handle = (await own.open(cold, 'r')) as AioFileHandle;
    const reads = ask(handle, spread(8), LARGE);
    await expect.poll(() => late.isAwaited).toBe(true);
    keepOnly(cold, 7 * 300_007);
    late.end();
    expect(await Promise.all(reads)).not.toContain(false);
    expect(own.engine.stats()).toMatchObject({ completed: 8, inFlight: 0, queued: 0 });
    await handle.close();
  });
});

test('one that is late may be given up on: its memory and its file stay until it has ended', async () => {
  using own = new OwnEngine();
  using late = new LateRead(actual);
  const handle = await openOn(own);
  const controller = new AbortController();
  const reads = byReadMany(handle, spread(8), LARGE, controller.signal);
  const settled = Promise.allSettled(reads);
  await expect.poll(() => late.isAwaited).toBe(true);
  controller.abort();
  const outcomes = await settled;
  expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
  expect(own.engine.stats()).toMatchObject({ inFlight: 1 });
  let isClosed = false;
  const closing = handle.close().then(() => (isClosed = true));
  await tick();
  expect(isClosed).toBe(false);
  late.end();
  await closing;
  expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
});

test('files of several devices go together only where all end in line', async () => {
  using own = new OwnEngine();
  using shm = new TempFolder('/dev/shm');
  writeFileSync(shm.file('file'), contents);
  Object.assign(deviceOf(statSync(shm.path).dev), { endsInLine: 0, refusesNowait: 0 });
  const handles = await Promise.all([openOn(own), own.open(shm.file('file'), 'r')]);
  const reads = spread(8).flatMap((at, i) => byRead(handles[i % 2] as AioFileHandle, [at], LARGE));
  expect(await Promise.all(reads)).not.toContain(false);
  expect(helped()).toBe(0);
  for (const handle of handles) await handle.close();
});
