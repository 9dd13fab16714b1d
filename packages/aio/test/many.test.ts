import { constants, writeFileSync } from 'node:fs';
import { constants as os } from 'node:os';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { open } from '../src/index.js';
import type { AioFileHandle } from '../src/index.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, writeNumbered } from './support/page-cache.js';
import { submitUnseen } from './support/unseen-ranges.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

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
  vi.mocked(bind.io_getevents_ring).mockReset();
  vi.mocked(bind.io_submit_ranges).mockReset();
});

async function openOn(own: OwnEngine, flags: string | number = 'r'): Promise<AioFileHandle> {
  return (await own.open(folder.file('file'), flags)) as AioFileHandle;
}

/** So many places in the file, all over it. */
function places(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => ((i * 7919) % 255) * BLOCK + (i % 64));
}

describe('readMany', () => {
  test.for([1, 33, 5000])('puts %i ranges where they belong, with a depth of 16', async (count) => {
    using own = new OwnEngine({ depth: 16 });
    const handle = await openOn(own);
    const positions = places(count);
    const buffer = Buffer.alloc(count * 100);
    const read = await handle.readMany({ buffer, positions, lengths: 100 });
    expect(read.results).toEqual(new Int32Array(count).fill(100));
    expect(read).toMatchObject({ bytes: count * 100, failed: 0 });
    const wrong = [...positions].filter(
      (at, i) => !contents.subarray(at, at + 100).equals(buffer.subarray(i * 100, i * 100 + 100)),
    );
    expect(wrong).toEqual([]);
    expect(own.engine.stats()).toMatchObject({ completed: count, inFlight: 0, queued: 0 });
    await handle.close();
  });

  test('takes offsets and lengths in columns, of 0 bytes too', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const buffer = Buffer.alloc(32);
    const { results } = await handle.readMany({
      buffer,
      positions: [100, 7, 300],
      lengths: Uint8Array.of(8, 0, 4),
      offsets: [16, 0, 2],
    });
    expect([...results]).toEqual([8, 0, 4]);
    const expected = Buffer.alloc(32);
    contents.copy(expected, 16, 100, 108);
    contents.copy(expected, 2, 300, 304);
    expect(buffer).toEqual(expected);
    await handle.close();
  });

  test('takes a buffer for each range, and no range at all', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const buffers = [Buffer.alloc(10), new Uint16Array(4)] as const;
    const { results } = await handle.readMany([
      { buffer: buffers[0], position: 5, offset: 2 },
      { buffer: buffers[1], position: 50, length: 6 },
    ]);
    expect([...results]).toEqual([8, 6]);
    expect(buffers[0].subarray(2)).toEqual(contents.subarray(5, 13));
    expect(Buffer.from(buffers[1].buffer, 0, 6)).toEqual(contents.subarray(50, 56));
    expect([...(await handle.readMany([])).results]).toEqual([]);
    await handle.close();
  });

  test('comes back short only where the file ends', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    const positions = [FILE_BYTES - 3, FILE_BYTES, 2 ** 40];
    const { results } = await handle.readMany({ buffer: Buffer.alloc(24), positions, lengths: 8 });
    expect([...results]).toEqual([3, 0, 0]);
    await handle.close();
  });

  test('has one range fail without the others', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own, constants.O_RDONLY | constants.O_DIRECT);
    const buffer = bind.allocAligned(3 * BLOCK, BLOCK);
    const read = await handle.readMany({
      buffer,
      positions: [BLOCK, 1, 2 * BLOCK],
      lengths: BLOCK,
    });
    expect([...read.results]).toEqual([BLOCK, -22, BLOCK]);
    expect(read.failed).toBe(1);
    expect(read.errorOf(0)).toBeNull();
    expect(read.errorOf(1)).toMatchObject({ code: 'EINVAL', errno: -22, syscall: 'read' });
    expect(() => read.orThrow()).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    await handle.close();
  });

  test('goes on with the ranges it was given, whatever becomes of the arrays', async () => {
    using own = new OwnEngine({ depth: 2 });
    const handle = await openOn(own);
    const positions = [0, 100, 200, 300];
    const offsets = [0, 8, 16, 24];
    const buffer = Buffer.alloc(32);
    const reading = handle.readMany({ buffer, positions, lengths: 8, offsets });
    positions.fill(0);
    offsets.fill(1e9);
    await reading;
    expect(buffer.subarray(24)).toEqual(contents.subarray(300, 308));
    await handle.close();
  });

  test('refuses a range for which the buffer has shrunk meanwhile, and touches nothing', async () => {
    // Fewer than there are ranges, so that some begin later.
    const depth = 64;
    using own = new OwnEngine({ depth });
    const handle = await openOn(own);
    const count = 600;
    const memory = new ArrayBuffer(count * 8);
    let moved = new ArrayBuffer(0);
    const actual = await vi.importActual<typeof bind>('aio-bind');
    vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) => {
      const taken = actual.io_submit_ranges(...args);
      moved = structuredClone(memory, { transfer: [memory] });
      return taken;
    });
    const { results } = await handle.readMany({
      buffer: new Uint8Array(memory),
      positions: places(count),
      lengths: 8,
    });
    expect(new Set(results.subarray(0, depth))).toEqual(new Set([8]));
    expect(new Set(results.subarray(depth))).toEqual(new Set([-14]));
    expect(Buffer.from(moved, depth * 8)).toEqual(Buffer.alloc((count - depth) * 8));
    await handle.close();
  });

  // Of memory that is gone a typed array says that it has none, and a DataView throws.
  test.for(['one buffer', 'one buffer, uneven', 'a buffer each'])(
    'fails where a DataView has lost its memory, and the engine goes on: %s',
    async (how) => {
      using own = new OwnEngine({ depth: 16 });
      const handle = await openOn(own);
      const other = await openOn(own);
      const memories = Array.from({ length: 40 }, () => new ArrayBuffer(64));
      const [memory] = how === 'a buffer each' ? [memories[1]!] : [new ArrayBuffer(40 * 64)];
      const positions = memories.map((_, i) => i * BLOCK);
      const lengths = how === 'one buffer' ? 64 : positions.map(() => 64);
      const wanted =
        how === 'a buffer each'
          ? memories.map((each, i) => ({ buffer: new DataView(each), position: i * BLOCK }))
          : { buffer: new DataView(memory), positions, lengths };
      // Its beginning is under way, or not: either way it ends.
      const read = handle.readMany(wanted);
      const late = handle.readMany(wanted);
      structuredClone(memory, { transfer: [memory] });
      for (const { results } of await Promise.all([read, late])) {
        for (const result of results) expect([64, -os.errno.EFAULT]).toContain(result);
      }
      expect((await other.read(Buffer.alloc(64), 0, 64, 0)).bytesRead).toBe(64);
      await handle.close();
      await other.close();
      expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
    },
  );

  test('holds close() up until all are done', async () => {
    using own = new OwnEngine({ depth: 4 });
    const handle = await openOn(own);
    const reading = handle.readMany({
      buffer: Buffer.alloc(8000),
      positions: places(1000),
      lengths: 8,
    });
    const order: string[] = [];
    await Promise.all([
      handle.close().then(() => order.push('closed')),
      reading.then(({ bytes }) => order.push(`read ${bytes}`)),
    ]);
    expect(order).toEqual(['read 8000', 'closed']);
  });

  test("holds close() up where it is Node's reads", async () => {
    const handle = await open(folder.file('file'), 'r', { backend: 'node' });
    const reading = handle.readMany({
      buffer: Buffer.alloc(80),
      positions: places(10),
      lengths: 8,
    });
    const [{ results }] = await Promise.all([reading, handle.close()]);
    expect([...results]).toEqual(new Array(10).fill(8));
  });

  test('rejects when it is given up on, begins no more, and pins what the kernel has', async () => {
    using own = new OwnEngine({ depth: 8 });
    const handle = await openOn(own);
    const spy = vi.mocked(bind.io_getevents_ring);
    spy.mockReturnValue(0);
    const actual = await vi.importActual<typeof bind>('aio-bind');
    vi.mocked(bind.io_submit_ranges).mockImplementation((...args) => submitUnseen(actual, ...args));
    const controller = new AbortController();
    const reading = handle.readMany(
      { buffer: Buffer.alloc(8000), positions: places(1000), lengths: 8 },
      { signal: controller.signal },
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(own.engine.stats().inFlight).toBe(8);
    controller.abort('enough');
    await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
    expect(own.engine.stats()).toMatchObject({ inFlight: 8, queued: 0 });
    spy.mockReset();
    // The next operation has the engine look.
    await handle.read(Buffer.alloc(1), 0, 1, 0);
    expect(own.engine.stats()).toMatchObject({ submitted: 9, inFlight: 0 });
    await handle.close();
  });

  test.for([
    ['nothing', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['no buffer', { positions: [0], lengths: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['no positions', { buffer: Buffer.alloc(1), lengths: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a null', [null], 'ERR_INVALID_ARG_TYPE'],
    ['a range beyond the buffer', { buffer: Buffer.alloc(4), positions: [0], lengths: 5 }],
    ['a second one beyond', { buffer: Buffer.alloc(4), positions: [0, 0], lengths: 3 }],
    ['a negative position', { buffer: Buffer.alloc(4), positions: [-1], lengths: 1 }],
    ['half a byte', { buffer: Buffer.alloc(4), positions: [0], lengths: 0.5 }],
    ['an offset beyond', [{ buffer: Buffer.alloc(4), position: 0, offset: 5, length: 0 }]],
    ['too few lengths', { buffer: Buffer.alloc(4), positions: [0, 1], lengths: [1] }],
    ['bigints', { buffer: Buffer.alloc(4), positions: [0n], lengths: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ] as const)('refuses %s before anything is submitted', async ([, ranges, code]) => {
    using own = new OwnEngine();
    const handle = await openOn(own);
    await expect(handle.readMany(ranges as never)).rejects.toMatchObject({
      code: code ?? 'ERR_OUT_OF_RANGE',
    });
    expect(own.engine.stats().submitted).toBe(0);
    await handle.close();
  });

  test('rejects on a closed handle, as Node does for a read', async () => {
    const handle = await open(folder.file('file'));
    await handle.close();
    const ranges = { buffer: Buffer.alloc(2), positions: [0, 1], lengths: 1 };
    await expect(handle.readMany(ranges)).rejects.toMatchObject({ code: 'EBADF' });
    await expect(handle.writeMany(ranges)).rejects.toMatchObject({ code: 'EBADF' });
    expect(() => handle.slice()).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });

  test.for(['node', 'kernel'] as const)('works with the backend "%s"', async (backend) => {
    const handle = await open(folder.file('file'), 'r', { backend });
    const positions = places(100);
    const buffer = Buffer.alloc(800);
    const { bytes } = await handle.readMany({ buffer, positions, lengths: 8 });
    expect(bytes).toBe(800);
    const at = positions[99] ?? 0;
    expect(buffer.subarray(792)).toEqual(contents.subarray(at, at + 8));
    await handle.close();
  });
});

describe('writeMany', () => {
  test('writes ranges where they belong, and a sync covers them', async () => {
    using own = new OwnEngine({ depth: 8 });
    writeFileSync(folder.file('file'), contents);
    const handle = await openOn(own, 'r+');
    const count = 200;
    const positions = Float64Array.from({ length: count }, (_, i) => i * 5000);
    const buffer = Buffer.alloc(count * 16, 'written');
    const order: string[] = [];
    const writing = handle.writeMany({ buffer, positions, lengths: 16 }).then(({ bytes }) => {
      order.push(`wrote ${bytes}`);
    });
    await Promise.all([writing, handle.datasync().then(() => order.push('synced'))]);
    expect(order).toEqual([`wrote ${count * 16}`, 'synced']);
    const expected = Buffer.from(contents);
    for (const [i, at] of positions.entries()) buffer.copy(expected, at, i * 16, i * 16 + 16);
    expect((await handle.readFile()).equals(expected)).toBe(true);
    await handle.close();
    writeFileSync(folder.file('file'), contents);
  });

  test('is refused for a file that is opened for appending', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own, 'a');
    const writing = handle.writeMany([{ buffer: Buffer.from('x'), position: 0 }]);
    await expect(writing).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' });
    await handle.close();
  });

  test('fails range by range where the file is open for reading only', async () => {
    using own = new OwnEngine();
    const handle = await openOn(own, 'r');
    const written = await handle.writeMany([{ buffer: Buffer.from('x'), position: 0 }]);
    expect(written.errorOf(0)).toMatchObject({ code: 'EBADF', syscall: 'write' });
    await handle.close();
  });
});
