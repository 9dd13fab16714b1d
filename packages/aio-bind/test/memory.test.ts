import { constants } from 'node:buffer';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, allocAligned, stackAddress } from '../src/index.js';
import { memoryAt } from './support/memory-at.js';
import { resultInChild } from './support/child.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';
import { WasmMemory } from './support/wasm-memory.js';

describe('allocAligned', () => {
  test('gives zeroed memory of that size, at a multiple of the alignment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 3, max: 21 }),
        (size, log) => {
          const alignment = 2 ** log;
          const buffer = allocAligned(size, alignment);
          expect(buffer).toBeInstanceOf(Buffer);
          expect(buffer).toHaveLength(size);
          expect(addressOf(buffer) % alignment).toBe(0);
          expect(buffer.every((byte) => byte === 0)).toBe(true);
          buffer.fill(0xa5);
        },
      ),
    );
  });

  test('aligns for direct I/O unless told', () => {
    expect(addressOf(allocAligned(1)) % 4096).toBe(0);
  });

  test('may give nothing', () => {
    expect(allocAligned(0)).toHaveLength(0);
  });

  test('every piece is memory of its own', () => {
    const pieces = Array.from({ length: 50 }, (_, index) => allocAligned(100, 16).fill(index));
    pieces.forEach((piece, index) => expect(piece.every((byte) => byte === index)).toBe(true));
    expect(new Set(pieces.map(addressOf)).size).toBe(50);
  });

  test('nobody can take it away by a message', () => {
    const buffer = allocAligned(512);
    try {
      structuredClone(buffer, { transfer: [wrong(buffer.buffer)] }); // Node 20 copies, newer ones refuse
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect(buffer).toHaveLength(512);
  });

  test('more than there is gives an error with a code', async () => {
    const code = await resultInChild(({ aio }) => {
      // So much cannot even be asked for, whatever V8 lets an ArrayBuffer be.
      globalThis.ArrayBuffer = new Proxy(ArrayBuffer, {
        construct: (target, [size]) => new target((size as number) * 2 ** 40),
      });
      try {
        return aio.allocAligned(4096).length;
      } catch (error) {
        return { name: (error as Error).name, code: (error as NodeJS.ErrnoException).code };
      }
    }, null);
    expect(code).toEqual({ name: 'RangeError', code: 'ERR_MEMORY_ALLOCATION_FAILED' });
  });

  test('outlives the thread that made it, where it can be moved to another at all', async ({
    skip,
  }) => {
    skip(
      !('transfer' in ArrayBuffer.prototype),
      'not runnable here: this Node has no way to transfer it',
    );
    const found = await resultInChild(async ({ startWorker }) => {
      const LENGTH = 4 << 20;
      const worker = startWorker(({ aio }, length) => {
        const { parentPort } = process.getBuiltinModule('node:worker_threads');
        const buffer = aio.allocAligned(length).fill(0x5a);
        const { byteOffset } = buffer;
        let moved: ArrayBuffer;
        try {
          // Newer than the types.
          moved = (buffer.buffer as unknown as { transfer(): ArrayBuffer }).transfer();
        } catch (error) {
          return (error as Error).name; // Node 24
        }
        parentPort?.postMessage({ moved, byteOffset }, [moved]);
        return undefined;
      }, LENGTH);
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      const told = await new Promise<string | { moved: ArrayBuffer; byteOffset: number }>(
        (resolve) => worker.once('message', resolve),
      );
      await ended;
      if (typeof told === 'string') return told;
      const view = Buffer.from(told.moved, told.byteOffset, LENGTH);
      const isWhole = view.equals(Buffer.alloc(LENGTH, 0x5a));
      view.fill(1);
      return isWhole ? 'whole' : 'other memory';
    }, null);
    expect(['whole', 'TypeError']).toContain(found);
  });

  test('is freed where the event loop does not turn, as vectors are', async ({ skip }) => {
    skip(
      process.env.AIO_INSTRUMENT !== undefined,
      'not runnable here: what watches memory keeps what is freed',
    );
    const most = await resultInChild(({ aio }) => {
      const { rss } = process.memoryUsage();
      const found = { aligned: 0, vectors: 0 };
      for (let round = 0; round < 1000; round++) {
        aio.allocAligned(1 << 20).fill(round);
        found.aligned = Math.max(found.aligned, process.memoryUsage.rss() - rss);
      }
      const before = process.memoryUsage.rss();
      for (let round = 0; round < 1000; round++) {
        new aio.IoVecArray(65536).setLen(round, 1);
        found.vectors = Math.max(found.vectors, process.memoryUsage.rss() - before);
      }
      return found;
    }, null);
    // Of 1000 MiB.
    expect(most.aligned).toBeLessThan(500 << 20);
    expect(most.vectors).toBeLessThan(500 << 20);
  });

  test.for([-1, 0.5, NaN, Infinity, constants.MAX_LENGTH + 1, Number.MAX_VALUE])(
    'refuses size %d',
    (size) => {
      expect(() => allocAligned(size)).toThrow(outOfRange);
    },
  );

  test.for([0, 1, 4, 12, 4095, -8, 8.5, NaN, 2 ** 31, 2 ** 40])(
    'refuses alignment %d',
    (alignment) => {
      expect(() => allocAligned(1, alignment)).toThrow(outOfRange);
    },
  );

  test.for(each(null, '1', 1n, {}, Symbol('1')))('refuses %o', ([value]) => {
    expect(() => allocAligned(wrong(value))).toThrow(wrongType);
    expect(() => allocAligned(1, wrong(value))).toThrow(wrongType);
  });
});

describe('addressOf', () => {
  test('is where the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, from) => {
        const view = bytes.subarray(from % bytes.length);
        expect(memoryAt(addressOf(view), view.length)).toEqual(Buffer.from(view));
      }),
    );
  });

  test('counts the offset of a view in its buffer, whatever its kind', () => {
    const memory = new ArrayBuffer(64);
    const start = addressOf(memory);
    expect(addressOf(new Uint8Array(memory, 5))).toBe(start + 5);
    expect(addressOf(new DataView(memory, 7, 1))).toBe(start + 7);
    expect(addressOf(new Float64Array(memory, 16))).toBe(start + 16);
    expect(addressOf(Buffer.from(memory, 3))).toBe(start + 3);
    expect(addressOf(new BigUint64Array(memory, 64))).toBe(start + 64);
  });

  test('knows views of shared memory', () => {
    const shared = new SharedArrayBuffer(64);
    const bytes = new Uint8Array(shared);
    bytes.fill(0x5a);
    expect(memoryAt(addressOf(bytes), 64)).toEqual(Buffer.alloc(64, 0x5a));
    expect(addressOf(new DataView(shared, 8))).toBe(addressOf(bytes) + 8);
  });

  test('knows small arrays, which V8 keeps in its own heap until somebody asks', () => {
    const small = Uint8Array.of(1, 2, 3);
    expect(memoryAt(addressOf(small), 3)).toEqual(Buffer.from([1, 2, 3]));
    expect(addressOf(small)).toBe(addressOf(small.buffer));
  });

  test('knows WebAssembly memory', () => {
    const memory = new WasmMemory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(7);
    expect(memoryAt(addressOf(memory.buffer), 100)).toEqual(Buffer.alloc(100, 7));
  });

  test('is 0 for a detached view', () => {
    const view = new Uint8Array(10);
    structuredClone(view, { transfer: [view.buffer] });
    expect(addressOf(view)).toBe(0);
  });

  test.for(
    each(
      undefined,
      null,
      5,
      5n,
      'x',
      {},
      [1],
      new SharedArrayBuffer(8),
      Object.create(ArrayBuffer.prototype),
      new Proxy(new Uint8Array(1), {}),
    ),
  )('refuses %o', ([view]) => {
    expect(() => addressOf(wrong(view))).toThrow(wrongType);
  });
});

describe('stackAddress', () => {
  test('is lower by at least a word with each frame', () => {
    const addresses: number[] = [];
    const descend = (frames: number): void => {
      addresses.push(stackAddress());
      if (frames > 0) descend(frames - 1);
    };
    descend(100);
    expect(addresses[0]! - addresses[100]!).toBeGreaterThanOrEqual(100 * 8);
    expect(addresses).toEqual(addresses.toSorted((a, b) => b - a));
  });

  test('is in memory that the process has as a stack', () => {
    const address = stackAddress();
    const mapped = readFileSync('/proc/self/maps', 'utf8').split('\n');
    const stack = mapped.find((line) => {
      const [from, to] = line
        .split(' ')[0]!
        .split('-')
        .map((word) => parseInt(word, 16));
      return from! <= address && address < to!;
    });
    expect(stack).toContain('rw-p');
  });
});
