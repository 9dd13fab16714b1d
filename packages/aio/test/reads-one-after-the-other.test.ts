// A program that awaits each read before it asks for the next has it read by the call; all that holds of others holds of
// these.
import { createHook } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FileHandle } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BUFFERED_READ, deviceOf } from '../src/engine/device.js';
import { LoneRead } from '../src/engine/lone-read.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, evict, keepOnly, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

const FILE_BYTES = 1 << 20;
const PAGE = 4096;

let folder: TempFolder;
let path: string;
let contents: Buffer;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
  contents = writeNumbered(path, FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());
let clocks: { mockRestore(): void }[];
const goOnByClock = (): void => {
  for (const clock of clocks) clock.mockRestore();
};
afterEach(() => {
  goOnByClock();
  vi.clearAllMocks();
});
beforeEach(() => {
  bringIn(path);
  // However busy the machine is, no turn has had its share.
  const now = performance.now();
  clocks = [
    vi.spyOn(performance, 'now').mockReturnValue(now),
    vi.spyOn(LoneRead.prototype, 'now').mockReturnValue(now),
  ];
  // Its device has shown that such reads end in line.
  deviceOf(statSync(path).dev).endsInLine = BUFFERED_READ;
});

const preadv2 = vi.spyOn(bind.TimedRead.prototype, 'try_preadv2');
const byThemselves = (): number => preadv2.mock.calls.length;
const submissions = (): number => vi.mocked(bind.io_submit_ranges).mock.calls.length;

/** A handle of which one read has been awaited. */
async function openAndRead(own: OwnEngine): Promise<FileHandle> {
  const handle = await own.open(path, 'r');
  await handle.read(Buffer.alloc(64), 0, 64, 0);
  expect([byThemselves(), submissions()]).toEqual([1, 0]);
  return handle;
}

interface Asked {
  readonly buffer: Buffer;
  readonly position: number;
  readonly reading: Promise<{ bytesRead: number }>;
}

function ask(handle: FileHandle, length: number, position: number): Asked {
  const buffer = Buffer.alloc(length);
  return { buffer, position, reading: handle.read(buffer, 0, length, position) };
}

/** Whether it has been read by now. */
const isRead = ({ buffer, position }: Asked): boolean =>
  buffer.equals(contents.subarray(position, position + buffer.length));

async function expectAll({ buffer, position, reading }: Asked): Promise<void> {
  const { bytesRead } = await reading;
  expect(bytesRead).toBe(Math.min(buffer.length, FILE_BYTES - position));
  const expected = contents.subarray(position, position + bytesRead);
  expect(buffer.subarray(0, bytesRead).equals(expected)).toBe(true);
}

test('it has been read when the call returns, and counts as any other', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  for (const position of [100, 20_000, 3]) {
    const asked = ask(handle, 1000, position);
    expect(asked.buffer.equals(contents.subarray(position, position + 1000))).toBe(true);
    await expectAll(asked);
  }
  expect(byThemselves()).toBe(4);
  expect(own.engine.stats()).toMatchObject({
    submitted: 4,
    completed: 4,
    inLine: 4,
    batches: 0,
    inFlight: 0,
    queued: 0,
    latency: { count: 4 },
  });
  await handle.close();
});

test('it resolves to what Node gives: the buffer that was given, and nothing else', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  const buffer = new Uint16Array(8);
  const result = await handle.read(buffer, 0, 16, 0);
  expect(Object.keys(result)).toEqual(['bytesRead', 'buffer']);
  expect(result.buffer).toBe(buffer);
  await handle.close();
});

test('those that are asked for before it has been given go together', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  const asked = Array.from({ length: 10 }, (_, i) => ask(handle, 100, i * 5000));
  expect(byThemselves()).toBe(2);
  await Promise.all(asked.map(expectAll));
  expect([byThemselves(), submissions()]).toEqual([2, 1]);
  // The next does not follow a lone one.
  await expectAll(ask(handle, 100, 0));
  expect([byThemselves(), submissions()]).toEqual([3, 1]);
  expect(own.engine.stats()).toMatchObject({ completed: 12, inFlight: 0, queued: 0 });
  await handle.close();
});

test('where each was awaited, some are not looked at: the rest of a burst goes together', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  await expectAll(ask(handle, 100, 0));
  const asked = Array.from({ length: 20 }, (_, i) => ask(handle, 100, i * 5000));
  expect(byThemselves()).toBe(2 + 7 + 1);
  await Promise.all(asked.map(expectAll));
  expect([byThemselves(), submissions()]).toEqual([10, 1]);
  // The next does not follow a lone one; the one after that is looked at.
  await expectAll(ask(handle, 100, 0));
  await Promise.all([ask(handle, 100, 0), ask(handle, 100, 7), ask(handle, 100, 8)].map(expectAll));
  expect([byThemselves(), submissions()]).toEqual([12, 2]);
  expect(own.engine.stats()).toMatchObject({ completed: 26, inFlight: 0, queued: 0 });
  await handle.close();
});

test('where each was awaited, what is large enough for a helper is looked at all the same', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  await expectAll(ask(handle, 100, 0));
  const asked = Array.from({ length: 3 }, (_, i) => ask(handle, 1 << 15, i << 15));
  expect(asked.map(isRead)).toEqual([true, false, false]);
  await Promise.all(asked.map(expectAll));
  await handle.close();
});

test('behind what waits for the end of the tick it waits, too', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  const vectored = handle.readv([Buffer.alloc(10), Buffer.alloc(10)], 0);
  const asked = ask(handle, 100, 0);
  expect(byThemselves()).toBe(1);
  await Promise.all([vectored, expectAll(asked)]);
  await handle.close();
});

test.for([FILE_BYTES - 10, FILE_BYTES])('it ends with the file: at %i', async (position) => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  await expectAll(ask(handle, 1000, position));
  await expectAll(ask(handle, 1000, 0));
  await handle.close();
});

test('what is not cached is read all the same', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  evict(path);
  for (let i = 0; i < 8; i++) await expectAll(ask(handle, 3000, (i * 30 + 5) * PAGE + 17));
  await handle.close();
});

test('what was transferred away since is not written to', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  const view = new Uint8Array(64);
  await handle.read(view, 0, 64, 0);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  await expect(handle.read(view, 0, 64, 0)).rejects.toThrow();
  await handle.close();
});

test.for([0, 1])('what a hook for its promise asks for is another: %i before', async (before) => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  for (let i = 0; i < before; i++) await expectAll(ask(handle, 8, 0));
  const others: Asked[] = [];
  let hasAsked = false;
  const hook = createHook({
    init: () => {
      if (hasAsked) return;
      hasAsked = true;
      others.push(ask(handle, 30, 7000));
    },
  }).enable();
  const asked = ask(handle, 50, 300);
  hook.disable();
  expect([isRead(asked), others.map(isRead)]).toEqual([true, [before > 0]]);
  const { reading } = asked;
  expect((await reading) as unknown).toEqual({ bytesRead: 50, buffer: asked.buffer });
  await expectAll(asked);
  expect(others).toHaveLength(1);
  await expectAll(others[0]!);
  expect(byThemselves()).toBe(before + 3);
  await handle.close();
});

test('what a getter for its `then` asks for is another', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  await expectAll(ask(handle, 8, 0));
  const others: Asked[] = [];
  let isAsking = false;
  Object.defineProperty(Object.prototype, 'then', {
    configurable: true,
    get: () => {
      if (isAsking) return undefined;
      isAsking = true;
      others.push(ask(handle, 30, 7000));
      return undefined;
    },
  });
  let asked: Asked;
  try {
    asked = ask(handle, 50, 300);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'then');
  }
  expect([isRead(asked), others.map(isRead)]).toEqual([true, [true]]);
  await Promise.all([asked, ...others].map(expectAll));
  expect(own.engine.stats()).toMatchObject({ completed: 4, inFlight: 0, queued: 0 });
  await handle.close();
});

test('it is promised by V8, whatever a program has put there', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  await expectAll(ask(handle, 8, 0));
  let asked: Asked;
  {
    using _resolve = vi.spyOn(Promise, 'resolve').mockImplementation(() => {
      throw new Error('not this one');
    });
    asked = ask(handle, 50, 300);
  }
  expect(isRead(asked)).toBe(true);
  await expectAll(asked);
  await handle.close();
});

test('what a hook asks for in whose turn of the loop it is the first is another', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  await nextTurn();
  await nextTurn();
  const others: Asked[] = [];
  let hasAsked = false;
  const hook = createHook({
    init: (_id, type) => {
      if (hasAsked || type !== 'Immediate') return;
      hasAsked = true;
      others.push(ask(handle, 30, 7000));
    },
  }).enable();
  const asked = ask(handle, 50, 300);
  await expectAll(asked);
  hook.disable();
  expect(others).toHaveLength(1);
  await expectAll(others[0]!);
  const { reading } = others[0]!;
  expect((await reading) as unknown).toEqual({ bytesRead: 30, buffer: others[0]!.buffer });
  await handle.close();
});

test('those who trace hear of it', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  const heard: unknown[] = [];
  const listener = (message: unknown): number => heard.push(message);
  subscribe('aio.operation.end', listener);
  await expectAll(ask(handle, 100, 200));
  unsubscribe('aio.operation.end', listener);
  expect(heard).toEqual([expect.objectContaining({ offset: 200, bytes: 100, result: 100 })]);
  await handle.close();
});

test('others have their turn between any number of them', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  goOnByClock();
  let turns = 0;
  const turn = (): void => {
    if (++turns < 20) setImmediate(turn);
  };
  setImmediate(turn);
  while (turns < 20) await expectAll(ask(handle, 100, 0));
  await handle.close();
});

test('so have ticks', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  goOnByClock();
  let ticks = 0;
  const tick = (): void => {
    if (++ticks < 20) process.nextTick(tick);
  };
  process.nextTick(tick);
  while (ticks < 20) await expectAll(ask(handle, 100, 0));
  await handle.close();
});

test('others have their turn after two, where a program computes for 0.6 ms after each', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  goOnByClock();
  let turns = 0;
  const turn = (): void => {
    turns++;
    turning = setImmediate(turn);
  };
  let turning = setImmediate(turn);
  for (let i = 0; i < 30; i++) {
    await expectAll(ask(handle, 100, i));
    const ends = performance.now() + 0.6;
    while (performance.now() < ends);
  }
  clearImmediate(turning);
  expect(turns).toBeGreaterThanOrEqual(14);
  await handle.close();
});

test('many are read by the call in a turn, and how long each took is known', async () => {
  using own = new OwnEngine();
  const handle = await openAndRead(own);
  goOnByClock();
  const began = performance.now();
  let times = 0;
  const buffer = Buffer.alloc(8);
  const unlike = contents[100]! ^ 1;
  for (let inARow = 0; inARow < 8; times++) {
    buffer[0] = unlike;
    const reading = handle.read(buffer, 0, 8, 100);
    inARow = buffer[0] === unlike ? 0 : inARow + 1;
    await reading;
  }
  const { latency } = own.engine.stats();
  expect(latency.count).toBe(times + 1);
  expect(latency.meanNs).toBeGreaterThan(0n);
  // One after the other, so all together no longer than it took; the mean is rounded.
  const longest = 1e6 * (performance.now() - began);
  expect(Number(latency.meanNs - 1n) * latency.count).toBeLessThan(longest);
  await handle.close();
});

async function expectNext(handle: FileHandle, length: number, position: number): Promise<void> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, null);
  const expected = contents.subarray(position, position + length);
  expect(bytesRead).toBe(expected.length);
  expect(buffer.subarray(0, bytesRead).equals(expected)).toBe(true);
}

const seeks = (): number => vi.mocked(bind.lseek).mock.calls.length;

test('without a position it is read from where the descriptor is, which is moved on by the kernel', async () => {
  using engine = new OwnEngine();
  const handle = await openAndRead(engine);
  vi.mocked(bind.lseek).mockClear();
  for (let at = 0; at < 10_000; at += 1000) await expectNext(handle, 1000, at);
  expect([byThemselves(), seeks()]).toEqual([11, 0]);
  // Of those that do not wait for one another the last take turns.
  const positions = Array.from({ length: 12 }, (_, i) => 10_000 + i * 100);
  await Promise.all(positions.map((at) => expectNext(handle, 100, at)));
  expect(byThemselves()).toBeGreaterThan(11 + 1);
  expect(seeks()).toBeGreaterThan(0);
  await expectNext(handle, 50, 11_200);
  expect(bind.lseek(handle.fd, 0, bind.SEEK_CUR)).toBe(11_250);
  await handle.close();
});

test('without a position it ends with the file', async () => {
  using engine = new OwnEngine();
  const handle = await openAndRead(engine);
  bind.lseek(handle.fd, FILE_BYTES - 150, bind.SEEK_SET);
  await expectNext(handle, 100, FILE_BYTES - 150);
  await expectNext(handle, 100, FILE_BYTES - 50);
  await expectNext(handle, 100, FILE_BYTES);
  expect(bind.lseek(handle.fd, 0, bind.SEEK_CUR)).toBe(FILE_BYTES);
  await handle.close();
});

test('without a position it waits for a write that has its turn', async () => {
  using engine = new OwnEngine();
  const copy = folder.file('copy');
  writeNumbered(copy, FILE_BYTES);
  const handle = await engine.open(copy, 'r+');
  for (let i = 0; i < 3; i++) await handle.read(Buffer.alloc(8), 0, 8, 0);
  const writing = handle.write(contents.subarray(0, PAGE), 0, PAGE, null);
  // A thread has it by then.
  await new Promise<void>((resolve) => {
    process.nextTick(() => {
      process.nextTick(resolve);
    });
  });
  await expectAll(ask(handle, 100, 0));
  await expectNext(handle, 100, PAGE);
  await writing;
  await handle.close();
});

test('without a position it comes behind what a stream was given', async () => {
  using engine = new OwnEngine();
  const handle = await openAndRead(engine);
  for (let i = 0; i < 3; i++) await expectAll(ask(handle, 8, 0));
  const stream = handle.createReadStream({ highWaterMark: 1000, autoClose: false });
  await new Promise((resolve, reject) => {
    stream.once('data', () => {
      stream.pause();
      expectNext(handle, 10, 1000).then(resolve, reject);
    });
  });
  stream.destroy();
  await handle.close();
});

test('without a position it is complete where it is cached in part', async () => {
  using engine = new OwnEngine();
  const handle = await openAndRead(engine);
  const at = 100 * PAGE;
  keepOnly(path, at);
  bind.lseek(handle.fd, at + 5, bind.SEEK_SET);
  preadv2.mockClear();
  // Cut here, since a fast disk may have the next page before the kernel looks for it once more.
  preadv2.mockImplementationOnce((fd, memory, _, offset, flags) =>
    bind.try_preadv2(fd, memory, PAGE - 5, offset, flags),
  );
  await expectNext(handle, 10 * PAGE, at + 5);
  const [attempt] = preadv2.mock.results;
  expect(attempt?.value).toBe(PAGE - 5);
  await expectNext(handle, 100, at + 5 + 10 * PAGE);
  await handle.close();
});
