// What waits for a thread has half of the room at most: its device may stand still (a file system that is frozen, a server
// that is away), and what needs no thread goes on meanwhile.
import { readFileSync } from 'node:fs';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AioFileHandle } from '../src/aio-file-handle.js';
import { OwnEngine } from './support/own-engine.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const FILE_BYTES = 1 << 20;
const DEPTH = 64;
const BYTES = 1 << 20;
const WRITES = 200;
const PAGE = 4096;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());
afterEach(() => {
  vi.restoreAllMocks();
});

/** Has the threads stand still. Gives what lets them go on. */
function holdThreads(): () => void {
  const held: (() => void)[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this`
  const actual = bind.SubmitThreads.prototype.submit;
  const spy = vi.spyOn(bind.SubmitThreads.prototype, 'submit');
  spy.mockImplementation(function (this: bind.SubmitThreads, ctx, slab, slots, ...rest) {
    const own = slots.slice();
    held.push(() => actual.call(this, ctx, slab, own, ...rest));
    return 0;
  });
  return () => {
    spy.mockRestore();
    for (const goOn of held) goOn();
  };
}

type Asked = (handle: AioFileHandle, length: number) => Promise<unknown>;

const byItself: Asked = (handle, length) =>
  Promise.all(
    Array.from({ length: WRITES }, (_, i) =>
      handle.write(Buffer.alloc(length, 'w'), 0, length, i * length),
    ),
  );

const together: Asked = (handle, length) =>
  handle.writeMany({
    buffer: Buffer.alloc(WRITES * length, 'w'),
    positions: Array.from({ length: WRITES }, (_, i) => i * length),
    lengths: length,
  });

test.for<[string, number, Asked]>([
  ['writes', 16, byItself],
  ['writes of many bytes', 1 << 16, byItself],
  ['ranges', 16, together],
  ['ranges of many bytes', 1 << 16, together],
])(
  '%s that stand still leave room to reads, and all arrive in the end',
  async ([, length, ask]) => {
    using own = new OwnEngine({ depth: DEPTH, bytes: BYTES });
    const cached = folder.file('cached');
    const contents = writeNumbered(cached, FILE_BYTES);
    const reader = await own.open(cached, 'r');
    const writer = (await own.open(folder.file('written'), 'w+')) as AioFileHandle;
    const goOn = holdThreads();
    const writing = ask(writer, length);
    const reads = Array.from({ length: 4 * DEPTH }, async (_, i) => {
      const { buffer } = await reader.read(Buffer.alloc(4096), 0, 4096, i * 4096);
      return buffer.equals(contents.subarray(i * 4096, (i + 1) * 4096));
    });
    expect(await Promise.all(reads)).not.toContain(false);
    const { inFlight, queued } = own.engine.stats();
    expect(inFlight).toBe(Math.min(DEPTH / 2, BYTES / 2 / length));
    expect(inFlight + queued).toBe(WRITES);
    goOn();
    await writing;
    const written = await writer.readFile();
    expect(written.equals(Buffer.alloc(WRITES * length, 'w'))).toBe(true);
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
    await Promise.all([reader.close(), writer.close()]);
  },
);

test('reads of what is not cached leave room, too, and all arrive in the end', async () => {
  using own = new OwnEngine({ depth: DEPTH });
  const [cached, cold] = [folder.file('cached'), folder.file('cold')];
  const contents = writeNumbered(cached, FILE_BYTES);
  const places = 8 * DEPTH;
  const numbered = writeNumbered(cold, places * 2 * PAGE);
  const [warmReader, reader] = [await own.open(cached, 'r'), await own.open(cold, 'r')];
  evict(cold);
  const goOn = holdThreads();
  // From the end on, and not every page: nothing is read ahead. Some may come while their attempts look once more.
  const coldReads = Array.from({ length: places }, async (_, i) => {
    const at = (places - i) * 2 * PAGE - PAGE;
    const { buffer } = await reader.read(Buffer.alloc(PAGE), 0, PAGE, at);
    return buffer.equals(numbered.subarray(at, at + PAGE));
  });
  const reads = Array.from({ length: 4 * DEPTH }, async (_, i) => {
    const { buffer } = await warmReader.read(Buffer.alloc(PAGE), 0, PAGE, i * PAGE);
    return buffer.equals(contents.subarray(i * PAGE, (i + 1) * PAGE));
  });
  expect(await Promise.all(reads)).not.toContain(false);
  expect(own.engine.stats().inFlight).toBe(DEPTH / 2);
  goOn();
  expect(await Promise.all(coldReads)).not.toContain(false);
  expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  await Promise.all([warmReader.close(), reader.close()]);
});

test('a handle whose operations were given up on while they waited closes at once', async () => {
  using own = new OwnEngine({ depth: 2 });
  const first = await own.open(folder.file('stands-still'), 'w');
  const second = (await own.open(folder.file('given-up'), 'w')) as AioFileHandle;
  const goOn = holdThreads();
  const writing = Promise.all([first.write('stays', 0), first.write('waits', 5)]);
  const controller = new AbortController();
  const { signal } = controller;
  const givenUp = second.write(Buffer.from('never'), { position: 0, signal });
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await expect(givenUp).rejects.toThrow('aborted');
  await second.close();
  goOn();
  await writing;
  await first.close();
  expect(readFileSync(folder.file('stands-still'), 'utf8')).toBe('stayswaits');
  expect(readFileSync(folder.file('given-up'), 'utf8')).toBe('');
});

test('what was given up on meanwhile does not keep back what is behind it', async () => {
  using own = new OwnEngine({ depth: 1 });
  const writer = (await own.open(folder.file('given-up'), 'w+')) as AioFileHandle;
  const goOn = holdThreads();
  const first = writer.write(Buffer.from('first'), 0, 5, 0);
  const controller = new AbortController();
  const range = { buffer: Buffer.alloc(5), positions: [0], lengths: 5 };
  const { signal } = controller;
  const givenUp = Array.from({ length: 50 }, () => writer.writeMany(range, { signal }));
  await new Promise((resolve) => setImmediate(resolve));
  const last = writer.write(Buffer.from(' last'), 0, 5, 5);
  controller.abort();
  const outcomes = await Promise.allSettled(givenUp);
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  goOn();
  await Promise.all([first, last]);
  expect(await writer.readFile('utf8')).toBe('first last');
  await writer.close();
});
