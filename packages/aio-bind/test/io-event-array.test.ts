import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IoEvent, IoEventArray, Iocb, io_prep_pread, layout } from '../src/index.js';
import { io_getevents, io_submit } from '../src/index.js';
import { Context } from './context.js';
import { memoryAt } from './support/memory-at.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';
import { tempFile } from './temp-file.js';

const { size, data, obj, res, res2 } = layout.io_event;
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const s64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('IoEventArray', () => {
  test('its views read what its arrays hold, by the layout', () => {
    const events = new IoEventArray(6);
    fc.assert(
      fc.property(fc.nat({ max: 5 }), u64, u64, s64, s64, (index, a, b, c, d) => {
        events.u64.fill(0n);
        events.u64[(index * size + data) / 8] = a;
        events.u64[(index * size + obj) / 8] = b;
        events.i64[(index * size + res) / 8] = c;
        events.i64[(index * size + res2) / 8] = d;
        for (let i = 0; i < 6; i++) {
          const expected = i === index ? [a, b, c, d] : [0n, 0n, 0n, 0n];
          const event = events.at(i);
          expect([event.data, event.obj, event.res, event.res2]).toEqual(expected);
        }
      }),
    );
  });

  test.for(['u32', 'i32', 'u64', 'i64'] as const)('%s is all of its memory', (name) => {
    const events = new IoEventArray(5);
    const words = events[name];
    expect([words.byteOffset, words.byteLength]).toEqual([0, 5 * size]);
    expect(words.buffer).toBe(events.u32.buffer);
    words.fill(typeof words[0] === 'bigint' ? wrong(-1n) : wrong(-1));
    expect(memoryAt(events.address, 5 * size)).toEqual(Buffer.alloc(5 * size, 0xff));
  });

  test('is all zero at first, where an io_event may begin', () => {
    for (const length of [1, 2, 3, 100, 4097]) {
      const events = new IoEventArray(length);
      expect(events).toHaveLength(length);
      expect(events.address % 8).toBe(0);
      expect(events.u64.every((word) => word === 0n)).toBe(true);
    }
  });

  test('holds what the kernel says of an operation', () => {
    using file = tempFile(Buffer.from('contents'));
    using context = new Context();
    const events = new IoEventArray(2);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(100), 100, 2);
    iocb.aio_data = 2n ** 64n - 1n;
    expect(io_submit(context.ctx, 1, [iocb])).toBe(1);
    expect(io_getevents(context.ctx, 1, 2, events, null)).toBe(1);
    expect(events.at(0)).toMatchObject({
      data: 2n ** 64n - 1n,
      obj: BigInt(iocb.address),
      res: 6n,
      res2: 0n,
    });
    expect(events.u64.subarray(size / 8).every((word) => word === 0n)).toBe(true);
  });

  test('nobody can take its memory away by a message', () => {
    const events = new IoEventArray(1);
    const { buffer } = events.u32;
    try {
      structuredClone(buffer, { transfer: [wrong(buffer)] }); // Node 20 copies, newer ones refuse
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect(events.u32).toHaveLength(size / 4);
  });

  test.for([0, -1, 0.5, NaN, Infinity, 2 ** 24 + 1, 2 ** 53])('refuses length %d', (length) => {
    expect(() => new IoEventArray(length)).toThrow(outOfRange);
  });

  test.for(each(undefined, null, '1', 1n, [1], {}))('refuses length %o', ([length]) => {
    expect(() => new IoEventArray(wrong(length))).toThrow(wrongType);
  });

  test.for([-1, 3, 0.5, NaN, Infinity])('has no event %d of 3', (index) => {
    expect(() => new IoEventArray(3).at(index)).toThrow(outOfRange);
  });
});

describe('IoEvent', () => {
  test('has memory of its own unless given some, all zero', () => {
    expect(new IoEvent()).toMatchObject({ data: 0n, obj: 0n, res: 0n, res2: 0n });
  });

  test('is a view of the memory that it is given', () => {
    const words = BigInt64Array.of(0n, 0n, 0n, 0n, 1n, 2n, -3n, -4n);
    expect(new IoEvent(words.buffer, 1)).toMatchObject({ data: 1n, obj: 2n, res: -3n, res2: -4n });
    words[6] = -5n;
    expect(new IoEvent(words.buffer, 1).res).toBe(-5n);
  });

  test('cannot be written to', () => {
    const event = new IoEvent();
    for (const field of ['data', 'obj', 'res', 'res2']) {
      expect(() => Object.assign(event, { [field]: 1n })).toThrow(TypeError);
    }
  });

  test.for([-1, 2, 0.5, NaN])('refuses index %d of two', (index) => {
    expect(() => new IoEvent(new ArrayBuffer(2 * size), index)).toThrow(outOfRange);
  });

  test('refuses memory without room for an event', () => {
    expect(() => new IoEvent(new ArrayBuffer(size - 1))).toThrow(outOfRange);
  });

  test.for(each(null, 32, new Uint8Array(size), {}))('refuses memory %o', ([memory]) => {
    expect(() => new IoEvent(wrong(memory))).toThrow(wrongType);
  });
});
