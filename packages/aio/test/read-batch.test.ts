// Reads of one tick go to the kernel and come back together; each is given what is its own.
import { statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BUFFERED_READ, deviceOf } from '../src/engine/device.js';
import { ReadBatch } from '../src/engine/read-batch.js';
import { eventGeneration, eventResult, eventSlot } from '../src/engine/iocb-words.js';
import { collectGarbageUntil } from './support/collect-garbage.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, evict, keepOnly, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';
import { submitUnseen } from './support/unseen-ranges.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

const FILE_BYTES = 1 << 20;
const PAGE = 4096;

let folder: TempFolder;
let path: string;
let contents: Buffer;
let own: OwnEngine;
let handle: FileHandle;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
  contents = writeNumbered(path, FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());
beforeEach(async () => {
  bringIn(path);
  own = new OwnEngine({ depth: 1024 });
  handle = await own.open(path, 'r');
});
afterEach(async () => {
  await handle.close();
  expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  own[Symbol.dispose]();
  vi.mocked(bind.io_submit_ranges).mockReset();
  vi.mocked(bind.io_getevents_ring).mockReset();
  device().completesLate = 0;
});

const device = (): ReturnType<typeof deviceOf> => deviceOf(statSync(path).dev);

/** Reads, and looks whether what came is what is there. */
async function expectRead(length: number, position: number, file = handle): Promise<void> {
  const view = Buffer.alloc(length + 2, 0xee);
  const { bytesRead, buffer } = await file.read(view, 1, length, position);
  expect(buffer).toBe(view);
  const there = contents.subarray(position, position + length);
  expect(bytesRead).toBe(there.length);
  expect(view.subarray(1, 1 + bytesRead).equals(there)).toBe(true);
  expect(view[0]).toBe(0xee);
  expect(view[1 + bytesRead]).toBe(0xee);
}

const expectReads = (count: number, length: number, first = 0): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, (_, i) =>
      expectRead(length, (first + i * 2503) % (FILE_BYTES - length)),
    ),
  );

describe('what goes together', () => {
  test('is what one tick brings, at most 128 reads at a time', async () => {
    await expectReads(300, 100);
    expect(own.engine.stats()).toMatchObject({ batches: 3, submitted: 300, completed: 300 });
  });

  test('is at most 512 KiB at a time', async () => {
    await expectReads(40, 20_000);
    expect(own.engine.stats()).toMatchObject({ batches: 2, completed: 40 });
  });

  test('is asked of each file that it is of', async () => {
    const others = await Promise.all([own.open(path, 'r'), own.open(path, 'r+')]);
    const files = [handle, ...others];
    await Promise.all(
      Array.from({ length: 90 }, (_, i) => expectRead(50, i * 1000, files[i % files.length])),
    );
    expect(own.engine.stats()).toMatchObject({ batches: 1, completed: 90 });
    for (const other of others) await other.close();
  });

  test('has room made for it by what has ended: what is beyond waits', async () => {
    using narrow = new OwnEngine({ depth: 4 });
    const file = await narrow.open(path, 'r');
    await Promise.all(Array.from({ length: 50 }, (_, i) => expectRead(64, i * 999, file)));
    expect(narrow.engine.stats()).toMatchObject({ completed: 50, inFlight: 0, queued: 0 });
    await file.close();
  });
});

describe('each of a batch is given its own', () => {
  test('where some end with the file, and some begin behind it', async () => {
    const ends = [FILE_BYTES - 10, 7, FILE_BYTES, FILE_BYTES - PAGE, FILE_BYTES + 5, 8];
    await Promise.all(ends.map((position) => expectRead(2 * PAGE, position)));
  });

  test('where some are not in the page cache', async () => {
    const cold = folder.file('cold');
    writeNumbered(cold, FILE_BYTES);
    keepOnly(cold, FILE_BYTES / 2);
    const file = await own.open(cold, 'r');
    const positions = Array.from({ length: 100 }, (_, i) => i * 10_007);
    await Promise.all(positions.map((position) => expectRead(3000, position, file)));
    const { inLine, offloaded } = own.engine.stats();
    expect(inLine).toBeGreaterThan(0);
    expect(offloaded).toBeGreaterThan(0);
    await file.close();
  });

  test('where nothing is: those that follow go by twos, until they are there', async () => {
    const cold = folder.file('by-twos');
    writeNumbered(cold, FILE_BYTES);
    evict(cold);
    const file = await own.open(cold, 'r');
    // From the end on, so that the kernel reads nothing ahead of what is asked for.
    const positions = Array.from({ length: 64 }, (_, i) => FILE_BYTES - (i + 1) * 4 * PAGE);
    const perCall = (): unknown[] =>
      vi.mocked(bind.io_submit_ranges).mock.calls.map(([, , , , , , options]) => options?.perCall);
    await Promise.all(positions.map((position) => expectRead(100, position, file)));
    expect(perCall()).toEqual([128]);
    bringIn(path);
    await expectReads(2, 100);
    await expectReads(2, 100);
    expect(perCall()).toEqual([128, 2, 128]);
    await file.close();
  });

  test('where each ends with its file: those that follow go by one call, as they are in memory', async () => {
    const short = folder.file('short');
    writeNumbered(short, 1000);
    bringIn(short);
    const file = await own.open(short, 'r');
    const positions = Array.from({ length: 64 }, (_, i) => i);
    const perCall = (): unknown[] =>
      vi.mocked(bind.io_submit_ranges).mock.calls.map(([, , , , , , options]) => options?.perCall);
    const read = async (position: number): Promise<void> => {
      const { bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, position);
      expect(bytesRead).toBe(1000 - position);
    };
    await Promise.all(positions.map(read));
    await Promise.all(positions.map(read));
    expect(perCall()).toEqual([128, 128]);
    await file.close();
  });

  test.for([0, 1, 3])('where the file of number %i is not open for reading', async (which) => {
    const writeOnly = await own.open(folder.file('written'), 'w');
    const reads = Array.from({ length: 4 }, (_, i) =>
      i === which ? writeOnly.read(Buffer.alloc(8), 0, 8, 0) : expectRead(100, i * 500),
    );
    const settled = await Promise.allSettled(reads);
    for (const [i, { status, ...rest }] of settled.entries()) {
      if (i !== which) expect(status).toBe('fulfilled');
      else expect(rest).toMatchObject({ reason: { code: 'EBADF', errno: -9, syscall: 'read' } });
    }
    await writeOnly.close();
  });

  test('where the kernel is still at all of them, which is found', async () => {
    device().endsInLine = 0;
    const actual = await vi.importActual<typeof bind>('aio-bind');
    vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) =>
      submitUnseen(actual, ...args),
    );
    vi.mocked(bind.io_getevents_ring).mockImplementation((ctx, nr, events) =>
      device().completesLate === 0 ? 0 : actual.io_getevents_ring(ctx, nr, events),
    );
    await expectReads(20, 100);
    expect(device().completesLate).toBe(BUFFERED_READ);
  });

  test('where the event of one comes before that of one ahead of it', async () => {
    const actual = await vi.importActual<typeof bind>('aio-bind');
    vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) => {
      const taken = actual.io_submit_ranges(...args);
      const [, , , columns, { tag }, events] = args;
      // As if the third one's event had been found behind the fourth's.
      events.u32[eventSlot(0)] = columns.slot[2]!;
      events.u32[eventGeneration(0)] = tag;
      events.i32[eventResult(0)] = columns.res[2]!;
      columns.res[2] = bind.IoRangeArray.PENDING;
      for (const [name, value] of [
        ['ended', taken - 1],
        ['whole', taken - 1],
        ['events', 1],
      ] as const) {
        vi.spyOn(bind.IoRangeArray.prototype, name, 'get').mockReturnValueOnce(value);
      }
      return taken;
    });
    await expectReads(10, 100);
  });
});

test('a handle is closed when its reads have ended, and has let go of them', async () => {
  const file = await own.open(path, 'r');
  const reads = Array.from({ length: 10 }, (_, i) => expectRead(100, i * 5000, file));
  const closing = file.close();
  await Promise.all(reads);
  await closing;
  expect(file.fd).toBe(-1);
});

test('reads at the position of the descriptor are given what follows', async () => {
  const views = Array.from({ length: 20 }, () => Buffer.alloc(1000));
  await Promise.all(views.map((view) => handle.read(view, 0, 1000, null)));
  expect(Buffer.concat(views).equals(contents.subarray(0, 20_000))).toBe(true);
});

/** In a function of its own, whose variables are gone when it has ended. */
async function readToViews(count: number): Promise<WeakRef<Buffer>[]> {
  const views = Array.from({ length: count }, () => new WeakRef(Buffer.from(new ArrayBuffer(64))));
  await Promise.all(views.map((view, i) => handle.read(view.deref()!, 0, 64, i)));
  return views;
}

test('a view is let go of when the event loop has turned', async () => {
  const views = await readToViews(40);
  const areGone = (): boolean => views.every((view) => view.deref() === undefined);
  expect(await collectGarbageUntil(areGone)).toBe(true);
});

test('a view that was transferred away is not taken for what it was', async () => {
  const [before, after] = [new Uint8Array(64), new Uint8Array(64)];
  await handle.read(before, 0, 64, 0);
  structuredClone(before.buffer, { transfer: [before.buffer] });
  await expect(handle.read(before, 0, 64, 0)).rejects.toThrow();
  await handle.read(after, 0, 64, 640);
  expect(Buffer.from(after)).toEqual(contents.subarray(640, 704));
});

test('what is begun until there is no stack left settles, and so does what comes after', async () => {
  const begun: Promise<{ bytesRead: number; buffer: Buffer }>[] = [];
  const begin = (): void => {
    begun.push(handle.read(Buffer.alloc(8), 0, 8, begun.length * 8));
    begin();
  };
  expect(begin).toThrow(RangeError);
  const outcomes = await Promise.allSettled(begun);
  const read = outcomes.filter(({ status }) => status === 'fulfilled');
  expect(read.length).toBeGreaterThan(100);
  for (const [i, outcome] of outcomes.entries()) {
    // Where they have to wait for room.
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RangeError);
    else expect(outcome.value.buffer.readUInt32LE()).toBe(i * 8);
  }
  await expectReads(10, 100);
});

/** Reads once, as near to the end of the stack as that is possible. */
function readAtStacksEnd(): Promise<unknown> {
  let reading: Promise<unknown> | null = null;
  const dig = (): void => {
    try {
      dig();
    } catch {
      // There is no stack left; a little further up there is.
    }
    if (reading !== null) return;
    try {
      reading = handle.read(Buffer.alloc(8), 0, 8, 0);
    } catch {
      // Not here either.
    }
  };
  dig();
  return reading!;
}

test.for([0, 127, 128, 129])(
  'a read for which there is hardly any stack spares others: behind %i',
  async (before) => {
    const reads = Array.from({ length: before }, (_, i) => expectRead(10, i));
    const deep = readAtStacksEnd();
    const after = Array.from({ length: 5 }, (_, i) => expectRead(10, i * 99));
    await Promise.all([...reads, ...after, deep]);
    await expectReads(10, 100);
  },
);

test('a Promise that a program puts in the place of its own does not matter', async () => {
  const Own = globalThis.Promise;
  class Foreign<T> {
    readonly #own: Promise<T>;
    constructor(executor: ConstructorParameters<typeof Promise<T>>[0]) {
      this.#own = new Own(executor);
    }
    then(...callbacks: Parameters<Promise<T>['then']>) {
      return this.#own.then(...callbacks);
    }
  }
  let reads: PromiseLike<{ bytesRead: number }>[];
  // Not while we wait: vitest needs its own.
  vi.stubGlobal('Promise', Foreign);
  try {
    reads = [0, 1].map((i) => handle.read(Buffer.alloc(8), 0, 8, i * 8));
  } finally {
    vi.unstubAllGlobals();
  }
  for (const read of reads) expect((await read).bytesRead).toBe(8);
});

test('nor does it for what fails', async () => {
  const file = await own.open(path, 'r');
  const Foreign = vi.fn();
  let writes: PromiseLike<unknown>[];
  vi.stubGlobal('Promise', Foreign);
  try {
    writes = [file.write(Buffer.alloc(8), 0, 8, 0), file.write(Buffer.alloc(8), 0, 8, 8)];
  } finally {
    vi.unstubAllGlobals();
  }
  for (const write of writes) await expect(write).rejects.toMatchObject({ code: 'EBADF' });
  await file.close();
});

test('a read for which the stack ended leaves its room to others', async () => {
  using small = new OwnEngine({ depth: 8 });
  const file = await small.open(path, 'r');
  const error = new RangeError('Maximum call stack size exceeded');
  const add = vi.spyOn(ReadBatch.prototype, 'add');
  for (let times = 0; times < 5; times++) {
    add.mockImplementationOnce(() => {
      throw error;
    });
    expect(() => file.read(Buffer.alloc(10), 0, 10, 0)).toThrow(error);
  }
  add.mockRestore();
  // Not one after the other: such are not submitted together.
  await Promise.all([expectRead(10, 0, file), expectRead(10, 10, file)]);
  vi.mocked(bind.io_submit_ranges).mockClear();
  await Promise.all(Array.from({ length: 8 }, (_, i) => expectRead(10, i * 100, file)));
  expect(vi.mocked(bind.io_submit_ranges).mock.calls.map(([, nr]) => nr)).toEqual([8]);
  await file.close();
});

test('so do very many of one tick, after which the rest goes by itself', async () => {
  const error = new RangeError('Maximum call stack size exceeded');
  using add = vi.spyOn(ReadBatch.prototype, 'add').mockImplementation(() => {
    throw error;
  });
  const begin = (): Promise<unknown> => expectRead(10, 0);
  const begun = await Promise.allSettled(Array.from({ length: 200 }, begin));
  const ended = begun.filter(({ status }) => status === 'rejected').length;
  expect([ended, add.mock.calls.length]).toEqual([128, 128]);
  // Their room has been given back.
  await Promise.allSettled([begin()]);
  expect(add.mock.calls.length).toBe(129);
  add.mockRestore();
  await expectReads(1024, 10);
  expect(own.engine.stats()).toMatchObject({ queued: 0 });
});
